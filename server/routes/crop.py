"""A square of a picture in an address."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from cnn_loupe.engine.data.images import Crop
from cnn_loupe.server.errors import Problem


class CropQuery(BaseModel):
    """A square on the upright picture, in its pixels, and degrees clockwise about its centre."""

    model_config = ConfigDict(allow_inf_nan=False)

    x: float | None = Field(None, ge=-1_000_000, le=1_000_000)
    y: float | None = Field(None, ge=-1_000_000, le=1_000_000)
    size: float | None = Field(None, gt=0, le=1_000_000)
    rotate: float = Field(0, ge=-360, le=360)

    def crop(self) -> Crop | None:
        """The crop asked for; None where none is. Raises Problem (`crop_incomplete`)."""
        if self.x is not None and self.y is not None and self.size is not None:
            return Crop(self.x, self.y, self.size, self.rotate)
        if self.x is not None or self.y is not None or self.size is not None or self.rotate:
            raise Problem(422, "crop_incomplete", "A crop needs x, y and size; rotate is optional.")
        return None
