#!/bin/sh
# Makes, once, what all parts of one house share: deploy/make-secrets.sh FOLDER
#
# Each file is a setting, for MARQUEE_SECRETS=FOLDER, or a password of the databases. Whoever has the folder has the house: keep a copy where
# the backups are not. Without master_key no film can be played, without the rest nobody signs in.
set -eu

folder=$1
if [ -e "$folder" ]; then
    echo "$folder is there already; a second set would lock the house out of its own data." >&2
    exit 2
fi

umask 077
making=$(mktemp -d "$folder.XXXXXX")
cd "$making"

openssl genpkey -algorithm ed25519 -out token_key
openssl rand -hex 32 > media_key
openssl rand -hex 32 > master_key
openssl rand -hex 32 > postgres_password
openssl rand -hex 32 > valkey_password

# Where compose.yaml runs the two; edit these to run them elsewhere.
echo "postgresql+psycopg://marquee:$(cat postgres_password)@postgres:5432/marquee" > database_url
echo "redis://:$(cat valkey_password)@valkey:6379/0" > redis_url

# Containers read them as users of their own; on this machine the folder keeps everybody else out.
chmod 444 ./*
cd - > /dev/null
mv "$making" "$folder"
echo "Made $folder."
