# syntax=docker/dockerfile:1
# docker build -t cnn-loupe .    docker run --rm -p 8000:8000 --read-only cnn-loupe

# 1. The wheel, and an environment with it and its locked dependencies.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY deploy/requirements.lock deploy/
RUN python -m venv --without-pip /app \
 && python -m pip --python /app/bin/python install --require-hashes --no-deps -r deploy/requirements.lock
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY cnn_loupe cnn_loupe
COPY engine engine
COPY server server
COPY static static
COPY templates templates
RUN python -m pip wheel --no-deps --wheel-dir /wheel . \
 && python -m pip --python /app/bin/python install --no-deps --no-index /wheel/*.whl \
 && /app/bin/python -m compileall -q /app/lib \
 && find /app -type d \( -name tests -o -name test \) -path '*/numpy/*' -prune -exec rm -rf {} +

# 2. That environment alone: no pip, no build tool.
FROM python:3.13-slim
RUN python -m pip uninstall --yes --quiet pip \
 && ! python -c 'import pip' 2>/dev/null \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin loupe
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CNN_LOUPE_HOST=0.0.0.0 \
    CNN_LOUPE_PORT=8000
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['CNN_LOUPE_PORT'] + '/readyz', timeout=2)"]
ENTRYPOINT ["cnn-loupe"]
CMD ["serve"]
