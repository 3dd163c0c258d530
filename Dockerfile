# CareCircle for production. Brings no servers: set DATABASE_URL and REDIS_URL.
#     docker build -t carecircle .
#     docker run --env-file .env carecircle db upgrade
#     docker run --env-file .env carecircle
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
WORKDIR /app

# Before the code, so that a change of code does not install everything again.
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY bot bot
COPY domain domain
COPY migrations migrations
RUN python -m compileall -q bot domain migrations

# Nobody in particular: nothing in the image can be changed by what runs in it.
USER 10001:10001
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
