# For macOS, Windows and other distributions. GDB needs ptrace and fixed
# addresses, hence the two options:
#   docker build --platform linux/amd64 -t rt0 .
#   docker run --platform linux/amd64 --rm -it \
#     --cap-add=SYS_PTRACE --security-opt seccomp=unconfined \
#     -v "$PWD":/rt0 rt0
FROM debian:12-slim
COPY setup /tmp/setup
RUN apt-get update \
 && apt-get install -y --no-install-recommends git ca-certificates \
 && /tmp/setup \
 && rm -rf /tmp/setup /var/lib/apt/lists/*
WORKDIR /rt0
CMD ["bash"]
