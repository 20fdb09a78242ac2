//go:build linux

package proof

// A database is what the scripts are run with.
type database struct {
	name   string
	data   string // where a member keeps its data
	leave  string // what a hook runs in a member that goes
	forget string // what takes the value 1 away, in the primary
}

var databases = []database{
	{
		name: "redis", data: "/data",
		leave:  `redis-cli config set replica-priority 0 && echo member $(hostname) leaves`,
		forget: "redis-cli srem proof 1",
	},
	{
		name: "mariadb", data: "/var/lib/mysql",
		leave:  `mariadb -S /run/mysqld.sock -e 'STOP SLAVE' && echo member $(hostname) leaves`,
		forget: "mariadb -S /run/mysqld.sock app -e 'DELETE FROM proof WHERE value = 1'",
	},
}

// env are the words in a script that stand for the database's own.
func (d database) env() map[string]string {
	image := map[string]string{"redis": "redis:7.0", "mariadb": "mariadb:10.11"}[d.name]
	return map[string]string{
		"DB": d.name, "DATA": d.data, "LEAVE": d.leave, "FORGET": d.forget,
		"IMAGE": image, "NEXT": image + "-bookworm", "MISSING": image + "-missing",
	}
}
