FROM python:3.13-slim

RUN useradd --create-home --uid 10001 service
WORKDIR /srv/skin-cancer-detector

COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY --chown=service:service . .
RUN mkdir -p /var/lib/skin-cancer-detector && chown service:service /var/lib/skin-cancer-detector
USER service

# Both hold what must survive the container.
ENV HOST=0.0.0.0 \
    DATA_DIR=/var/lib/skin-cancer-detector \
    TEMP_DIR=/var/lib/skin-cancer-detector/temp_files \
    PYTHONUNBUFFERED=1
VOLUME /var/lib/skin-cancer-detector
EXPOSE 5000

HEALTHCHECK --start-period=20s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5000/health/live', timeout=3)"]
CMD ["python", "-m", "commands.server"]
