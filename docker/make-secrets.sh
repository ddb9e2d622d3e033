#!/bin/sh
# Makes the secrets of compose.yaml that are not there yet, at random. Those that are there stay as they are.
set -eu
umask 022
folder="$(cd "$(dirname "$0")" && pwd)/secrets"
# The services' user in the container reads the files; on this side the folder keeps everybody else out.
chmod 700 "$folder"

random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# keep NAME TEXT
keep() {
  [ -e "$folder/$1" ] && return
  printf '%s\n' "$2" > "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  echo "made $1"
}

keep master_key "$(random 32)"
keep pseudonym_key "$(random 32)"
keep metrics_token "$(random 24)"
keep postgres_password "$(random 24)"
keep database_url "postgres://homeward:$(cat "$folder/postgres_password")@postgres:5432/homeward"
