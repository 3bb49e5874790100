# docker build -t cnn-loupe .    docker run --rm -p 8000:8000 --read-only cnn-loupe
# docs/hosting.md says how to pin both images by their digests, and how to build behind package indexes of your own.
ARG PYTHON=docker.io/library/python:3.13-slim
ARG NODE=docker.io/library/node:22-slim

# 1. The page's scripts as a bundle; plain modules where NODE names an image without Node. esbuild comes by the hashes of
#    the lock alone: its install script, which might fetch a program by itself, is not run.
FROM ${NODE} AS page
WORKDIR /page
COPY .ci/bundle/package.json .ci/bundle/package-lock.json .ci/bundle/bundle.mjs .ci/bundle/
COPY static static
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca-bundle \
    mkdir /bundle \
 && if command -v npm; then cd .ci/bundle && npm ci --ignore-scripts --no-audit --no-fund && node bundle.mjs --out /bundle; \
    else echo "No Node in this stage: the page is not bundled."; fi

# 2. The wheel, and an environment with it and its locked dependencies. Everything that is installed has a hash: the
#    build back end, too.
FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY deploy/requirements.lock deploy/build.lock deploy/
RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf --mount=type=secret,id=ca-bundle \
    python -m venv --without-pip /app \
 && python -m venv --without-pip /backend \
 && python -m pip --python /app/bin/python install --require-hashes --no-deps -r deploy/requirements.lock \
 && python -m pip --python /backend/bin/python install --require-hashes --no-deps -r deploy/build.lock
COPY pyproject.toml hatch_build.py README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY cnn_loupe cnn_loupe
COPY engine engine
COPY server server
COPY static static
COPY templates templates
COPY --from=page /bundle /bundle
ENV CNN_LOUPE_BUNDLE=/bundle
RUN /backend/bin/python -m hatchling build --target wheel --directory /wheel \
 && python -m pip --python /app/bin/python install --no-deps --no-index /wheel/*.whl \
 && /app/bin/python -m compileall -q /app/lib \
 && find /app -type d \( -name tests -o -name test \) -path '*/numpy/*' -prune -exec rm -rf {} +

# 3. That environment alone: no pip, no build tool.
FROM ${PYTHON}
RUN python -m pip uninstall --yes --quiet pip \
 && ! python -c 'import pip' 2>/dev/null \
 && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin loupe
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_MMAP_THRESHOLD_=4194304 \
    MALLOC_TRIM_THRESHOLD_=8388608 \
    CNN_LOUPE_HOST=0.0.0.0 \
    CNN_LOUPE_PORT=8000
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["cnn-loupe", "health"]
ENTRYPOINT ["cnn-loupe"]
CMD ["serve"]
