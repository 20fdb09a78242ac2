//go:build linux

package proof

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A database is what the scripts are run with.
type database struct {
	name   string
	kinds  string // the directories of its scripts
	preset string // the script of its preset
	image  string
	data   string // where a member keeps its data
	leave  string // what a hook runs in a member that goes
	forget string // what takes the value 1 away, in the primary
	still  string // what has a replica stand still, and again what ends that
	again  string
}

var databases = []database{
	{
		name: "redis", preset: "primary", kinds: "primary nodes", image: "redis:7.0", data: "/data",
		leave:  `redis-cli config set replica-priority 0 && echo member $(hostname) leaves`,
		forget: "redis-cli srem proof 1",
		still:  "redis-cli replicaof 127.0.0.1 1",
		again: `for i in 0 1 2 3; do [ "$(redis-cli -h redis-$i.redis role | head -n 1)" != master ] || ` +
			`redis-cli replicaof redis-$i.redis 6379; done`,
	},
	{
		name: "mariadb", preset: "primary", kinds: "primary", image: "mariadb:10.11", data: "/var/lib/mysql",
		leave:  `mariadb -S /run/mysqld.sock -e 'STOP SLAVE' && echo member $(hostname) leaves`,
		forget: "mariadb -S /run/mysqld.sock app -e 'DELETE FROM proof WHERE value = 1'",
		still:  "mariadb -S /run/mysqld.sock -e 'STOP SLAVE SQL_THREAD'",
		again:  "mariadb -S /run/mysqld.sock -e 'START SLAVE SQL_THREAD'",
	},
	{
		name: "postgres", preset: "primary", kinds: "primary", image: "postgres:15", data: "/var/lib/postgresql",
		leave:  `psql -h /tmp -U postgres -qAt -c 'SELECT pg_wal_replay_pause()' && echo member $(hostname) leaves`,
		forget: "psql -h /tmp -U postgres -d app -c 'DELETE FROM proof WHERE value = 1'",
		still:  "psql -h /tmp -U postgres -qAt -c 'SELECT pg_wal_replay_pause()'",
		again:  "psql -h /tmp -U postgres -qAt -c 'SELECT pg_wal_replay_resume()'",
	},
	{name: "etcd", preset: "quorum", kinds: "members quorum etcd", image: "etcd:3.4"},
	{name: "zookeeper", preset: "quorum", kinds: "members quorum zookeeper", image: "zookeeper:3.8"},
	{name: "nats", preset: "quorum", kinds: "quorum", image: "nats:2.9"},
	{name: "rabbitmq", preset: "queues", kinds: "quorum", image: "rabbitmq:3.10"},
}

// scripts are the files to run with the database.
func (d database) scripts(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, kind := range strings.Fields(d.kinds) {
		found, err := filepath.Glob("testdata/" + kind + "/*.txtar")
		require.NoError(t, err)
		require.NotEmpty(t, found, kind)
		files = append(files, found...)
	}
	return files
}

// env are the words in a script that stand for the database's own.
func (d database) env() map[string]string {
	return map[string]string{
		"DB": d.name, "DATA": d.data, "LEAVE": d.leave, "FORGET": d.forget, "STILL": d.still, "AGAIN": d.again,
		"IMAGE": d.image, "NEXT": d.image + "-bookworm", "MISSING": d.image + "-missing",
	}
}
