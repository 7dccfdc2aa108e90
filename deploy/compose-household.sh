#!/usr/bin/env bash
# The first start of docker-compose.yml: draws the secrets, makes the household on mac-a, lets the front door and mac-b in.
set -euo pipefail
cd "$(dirname "$0")/.."

# Nobody else gets into the folder. The files in it are readable: each service reads its own as a user of its image.
mkdir -p secrets
chmod 700 secrets
for name in postgres-password turn-secret operator-token; do
  if [ ! -s "secrets/$name" ]; then
    rm -f "secrets/$name"
    head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"secrets/$name"
  fi
  chmod 444 "secrets/$name"
done
host=${QUICPAIR_HOST:-$( (grep -s '^QUICPAIR_HOST=' .env || true) | tail -1 | cut -d= -f2-)}
url=https://${host:-localhost}
login="Username=quicpair;Password=$(cat secrets/postgres-password);Database=quicpair"

# Compose is a program of its own, or Docker's plugin.
compose=docker-compose
command -v docker-compose >/dev/null || { compose="docker compose" && docker-compose() { docker compose "$@"; }; }
on() { docker-compose exec -T "$1" dotnet quicpair.dll "${@:2}"; }
until_done() { # what, command…
  local what=$1 end=$((SECONDS + 180))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "$what: not within three minutes; see $compose logs." >&2; exit 1; }
    sleep 1
  done
}

# The front door lacks its files yet: mac-a writes them.
docker-compose up -d --build --no-deps postgres coturn mac-a mac-b
until_done "mac-a" on mac-a status
until_done "mac-b" on mac-b status
on mac-a household front-door /front-door/household --database "Host=postgres;$login" --door front-door:11112 \
  --address front-door --public-url "$url"
docker-compose up -d --build front-door
until_done "The household" on mac-a household create --database "$login" --door front-door:11112 --address mac-a \
  --public-url "$url"
invitation=$(on mac-a invite | tr -d '\r' | sed -n 1p)
on mac-b join "$invitation" --address mac-b
docker-compose up -d
on mac-a macs
for mac in mac-a mac-b; do echo "Pair with $mac: $compose exec $mac dotnet quicpair.dll pair"; done
