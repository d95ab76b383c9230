# Build: a virtual environment that holds Distributor and its locked dependencies, and nothing that made them.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
    && python -m venv /opt/distributor \
    && /opt/distributor/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config ./config
COPY templates ./templates
COPY distributor ./distributor
RUN /opt/build/bin/hatchling build -t wheel -d /tmp/wheel \
    && /opt/distributor/bin/pip install --no-cache-dir --no-deps /tmp/wheel/distributor-*.whl \
    && /opt/distributor/bin/pip uninstall --yes pip

# Run: no compiler, no pip, no root. Secrets come as files at run time (DISTRIBUTOR_…_FILE), never with the image.
FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/distributor --create-home --shell /usr/sbin/nologin distributor
COPY --from=build /opt/distributor /opt/distributor
ENV PATH=/opt/distributor/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DISTRIBUTOR_WEB__HOST=0.0.0.0 \
    DISTRIBUTOR_LOG__FORMAT=json
WORKDIR /srv/distributor
USER 10001
EXPOSE 8080
# Of the web process; the worker switches it off, because it listens to nobody.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
ENTRYPOINT ["distributor"]
CMD ["web"]
