"""The page in other engines than Chromium: Firefox over WebDriver BiDi, WebKitGTK over WebDriver.

`CNN_LOUPE_SHOTS=FOLDER pytest tests/e2e/engines` leaves pictures of what the tests saw.
"""
