#!/usr/bin/env bash
# Three Macs and a front door of their own on this machine, over PostgreSQL and mutual TLS: make household.
# household.sh FOLDER [DATABASE]: everything is kept in FOLDER; without DATABASE a PostgreSQL of its own runs there, too.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
database=${2:-}
bin=$(cd "$(dirname "$0")/.." && pwd)/artifacts/bin
configuration=$(tr "[:upper:]" "[:lower:]" <<<"${CONFIGURATION:-debug}")
macs=()
doors=()
databases=()
# The Macs leave through the front door's way to the database, so each goes before what it needs.
finish() { # signal, processes…
  [ $# -gt 1 ] || return 0
  kill -s "$1" "${@:2}" 2>/dev/null || true
  wait "${@:2}" || true
}
trap 'finish TERM ${macs[@]+"${macs[@]}"}; finish TERM ${doors[@]+"${doors[@]}"}; finish INT ${databases[@]+"${databases[@]}"}' EXIT
trap 'exit 0' INT TERM

program() { echo "$bin/$1/$configuration/$2.dll"; }
quicpair() { QUICPAIR_HOME=$1 dotnet "$(program Cli quicpair)" "${@:2}"; }
port_of() { # what: the one of an earlier run, else a free one
  local port
  mkdir -p "$folder/ports"
  if [ ! -e "$folder/ports/$1" ]; then
    while port=$((20000 + RANDOM % 12000)); do
      (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port" >"$folder/ports/$1"
  fi
  cat "$folder/ports/$1"
}
until_there() { # what, command…
  local what=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "$what did not start; see $folder" >&2; exit 1; }
    sleep 0.2
  done
}

if [ -z "$database" ]; then
  postgres=$(command -v postgres || ls /usr/lib/postgresql/*/bin/postgres | tail -1)
  as=()
  # The server refuses to run as root, and its user has to get to its files.
  if [ "$(id -u)" -eq 0 ]; then chmod o+x "$folder" "$(dirname "$folder")"; fi
  if [ "$(id -u)" -eq 0 ]; then as=(setpriv --reuid=postgres --regid=postgres --clear-groups); fi
  port=$(port_of postgres)
  if [ ! -d "$folder/postgres/data" ]; then
    mkdir -p "$folder/postgres"
    (umask 077 && head -c 24 /dev/urandom | base64 >"$folder/postgres/password")
    if [ "$(id -u)" -eq 0 ]; then chown -R postgres "$folder/postgres"; fi
    (cd / && ${as[@]+"${as[@]}"} "${postgres%postgres}initdb" -D "$folder/postgres/data" -U quicpair --auth=scram-sha-256 \
      --pwfile="$folder/postgres/password" >"$folder/initdb.log")
  fi
  (cd / && exec ${as[@]+"${as[@]}"} "$postgres" -D "$folder/postgres/data" -p "$port" -k "$folder/postgres" \
    -c listen_addresses=127.0.0.1) >"$folder/postgres.log" 2>&1 &
  databases+=($!)
  database="Host=127.0.0.1;Port=$port;Username=quicpair;Password=$(cat "$folder/postgres/password");Database=postgres"
  until_there PostgreSQL bash -c ": </dev/tcp/127.0.0.1/$port"
fi

door=$(port_of door-http)
mac() { # name
  (QUICPAIR_HOME=$folder/$1 Mac__Name=$1 Urls=http://127.0.0.1:0 exec dotnet "$(program Silo QuicPair.Silo)") \
    >"$folder/$1.log" 2>&1 &
  macs+=($!)
  until_there "$1" quicpair "$folder/$1" status
}

front_door() {
  (FrontDoor__DataFolder=$folder/front-door Urls=http://127.0.0.1:$door \
    exec dotnet "$(program SignalingApi QuicPair.SignalingApi)") >"$folder/front-door.log" 2>&1 &
  doors+=($!)
  until_there "the front door" bash -c "exec 3<>/dev/tcp/127.0.0.1/$door
    printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3; grep -q ' 200 ' <&3"
}

way=127.0.0.1:$(port_of door)
if [ ! -e "$folder/mac-1/household/settings.json" ]; then
  mac mac-1
  quicpair "$folder/mac-1" household front-door "$folder/front-door/household" --database "$database" --door "$way" \
    --address 127.0.0.1 --port "$(port_of front-door)" --public-url "http://127.0.0.1:$door"
  front_door
  # Macs do not know where the database is: they go through the front door's port.
  quicpair "$folder/mac-1" household create --database "$(sed -E 's/(Host|Port)=[^;]*;//gI' <<<"$database")" --door "$way" \
    --address 127.0.0.1 --port "$(port_of mac-1)" --public-url "http://127.0.0.1:$door"
else
  front_door
  mac mac-1
fi
for name in mac-2 mac-3; do
  mac $name
  if [ ! -e "$folder/$name/household/settings.json" ]; then
    invitation=$(quicpair "$folder/mac-1" invite | head -1)
    quicpair "$folder/$name" join "$invitation" --address 127.0.0.1 --port "$(port_of $name)"
  fi
done

quicpair "$folder/mac-1" macs
echo "Front door: http://127.0.0.1:$door"
for name in mac-1 mac-2 mac-3; do
  echo "Pair with $name: QUICPAIR_HOME=$folder/$name dotnet $(program Cli quicpair) pair"
done
echo "Ctrl-C ends all of it."
wait
