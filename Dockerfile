# Two small images from one build: `--target front-door` and `--target silo`. Neither runs as root.
FROM node:20-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN dotnet publish SignalingApi -c Release -o /out/front-door \
 && dotnet publish Silo -c Release -o /out/silo \
 && dotnet publish Cli -c Release -o /out/silo \
 && mkdir -p /out/data

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS base
ENV QUICPAIR_HOME=/data
COPY --from=build --chown=1654:1654 --chmod=700 /out/data /data
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
