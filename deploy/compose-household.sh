#!/usr/bin/env bash
# The first start of docker-compose.yml: draws the secrets, makes the household on mac-a, lets mac-b and the front door in.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p -m 700 secrets
for name in postgres-password turn-secret operator-token; do
  [ -e "secrets/$name" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"secrets/$name"
done
host=$( (grep -s '^QUICPAIR_HOST=' .env || echo QUICPAIR_HOST=localhost) | cut -d= -f2)
login="Username=quicpair;Password=$(cat secrets/postgres-password);Database=quicpair"
on() { docker-compose exec -T "$1" dotnet quicpair.dll "${@:2}"; }

docker-compose up -d --build postgres mac-a mac-b
until on mac-a status && on mac-b status; do sleep 1; done
on mac-a household front-door /front-door/household --database "Host=postgres;$login" --door front-door:11112 \
  --address front-door --public-url "https://$host"
docker-compose up -d front-door
until on mac-a household create --database "$login" --door front-door:11112 --address mac-a --public-url "https://$host"; do
  sleep 1
done
on mac-b join "$(on mac-a invite | head -1 | tr -d '\r')" --address mac-b
docker-compose up -d
on mac-a macs
