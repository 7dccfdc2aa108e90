# Two small images from one build: `--target front-door` and `--target silo`. Neither runs as root. No syntax of BuildKit.
FROM node:20.20.2-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN dotnet publish SignalingApi -c Release -o /out/front-door \
 && dotnet publish Silo -c Release -o /out/silo \
 && dotnet publish Cli -c Release -o /out/silo

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12 AS base
ENV QUICPAIR_HOME=/data
# A new volume takes over owner and mode of the folder that it is mounted on. In /front-door a Mac of
# docker-compose.yml writes the front door's files.
RUN install -d -o 1654 -g 1654 -m 700 /data /front-door
VOLUME /data
WORKDIR /app
USER 1654

FROM base AS front-door
COPY --from=build /out/front-door .
EXPOSE 8443
ENTRYPOINT ["dotnet", "QuicPair.SignalingApi.dll"]

FROM base AS silo
COPY --from=build /out/silo .
EXPOSE 8443
ENTRYPOINT ["dotnet", "QuicPair.Silo.dll"]
