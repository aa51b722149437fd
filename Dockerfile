# syntax=docker/dockerfile:1

# The toolchain and the sources. The compose profile `test` runs `cargo test` in this stage.
FROM rust:1-slim-bookworm AS source
# Perl and make build the OpenSSL that the feature `tls` links into libpq; gcc builds SQLite and libpq themselves.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .

FROM source AS builder
# Cache mounts keep downloaded crates and compiled dependencies between builds, so a change of the sources compiles only
# the sources. They are not part of the image, hence the copy at the end of the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --release --locked --features tls \
    && install -D target/release/pledgewatch /out/pledgewatch

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 pledgewatch \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin pledgewatch \
    && install --directory --owner 10001 --group 10001 --mode 0750 /data
COPY --from=builder /out/pledgewatch /usr/local/bin/pledgewatch

# The OpenSSL in the executable looks for certificates where it was built; point it at Debian's, so that
# `sslmode=verify-full&sslrootcert=system` in a database URL works.
ENV PLEDGEWATCH_LISTEN=0.0.0.0:8080 \
    PLEDGEWATCH_OPERATORS=127.0.0.1:9464 \
    PLEDGEWATCH_DATABASE=sqlite:/data/pledgewatch.db \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
VOLUME /data
WORKDIR /data
EXPOSE 8080
# By number, so that a platform that insists on "not root" can see it.
USER 10001:10001
STOPSIGNAL SIGTERM

# bash speaks enough HTTP over /dev/tcp for this and is in the base image: no curl to install and to patch. It asks for
# `live`, not `ready`: without its database the service still answers reads, and a restart would end that. It asks at the
# operators' address, which answers however many clients the service has.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PLEDGEWATCH_OPERATORS##*:} && printf 'GET /health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 2 _ status _ <&3 && [[ $status == 200 ]]"]

ENTRYPOINT ["pledgewatch"]
CMD ["serve"]
