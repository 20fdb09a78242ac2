package check_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

// behind is behind what a command is refused for a password, empty where it is taken.
func behind(t *testing.T, command string) string {
	t.Helper()
	_, err := check.Given{Rule: check.Standard(), Exec: []string{command}}.Checks()
	if err == nil {
		return ""
	}
	var where string
	const start, end = "--check-exec: the command has a password in it, behind ", `: let it come from the environment, such as "$PASSWORD"`
	require.Greater(t, len(err.Error()), len(start)+len(end), "%v", err)
	where = err.Error()[len(start) : len(err.Error())-len(end)]
	require.Equal(t, start+where+end, err.Error())
	require.NotContains(t, err.Error(), "hunter2")
	return where
}

func TestPasswordsInCommandsAreRefused(t *testing.T) {
	for command, want := range map[string]string{
		"mysql -uroot -phunter2 -e 'select 1'":             "-p",
		"exec mariadb-admin -phunter2 ping":                "-p",
		`sh -c "mysql -phunter2"`:                          "-p",
		`sh -c "sh -c 'mysql -phunter2'"`:                  "-p",
		"true && mysqladmin --password=hunter2 ping":       "--password=",
		"MYSQL_PWD=hunter2 mysql":                          "MYSQL_PWD=",
		"PGPASSWORD='hunter2' psql":                        "PGPASSWORD=",
		"X=$(mysql -phunter2)":                             "-p",
		"redis-cli -a hunter2 ping":                        "-a",
		"/usr/bin/redis-cli -h x --pass hunter2 ping":      "--pass",
		"REDISCLI_AUTH=hunter2 redis-cli":                  "REDISCLI_AUTH=",
		"valkey-cli -a 'hunter2'":                          "-a",
		"mongosh -u me -p hunter2":                         "-p",
		"curl -u me:hunter2 http://x":                      "-u",
		"curl -ume:hunter2 http://x":                       "-u",
		"etcdctl --user root:hunter2 endpoint health":      "--user",
		"etcdctl --user=root:hunter2 endpoint health":      "--user=",
		"curl -H 'Authorization: Bearer hunter2' http://x": "Authorization",
		"psql postgres://me:hunter2@db/x":                  "://",
		"nats --token hunter2 server check":                "--token",
		"vault --client-secret=hunter2":                    "--client-secret=",
	} {
		t.Run(command, func(t *testing.T) {
			if want == "--user=" {
				want = "--user"
			}
			require.Equal(t, want, behind(t, command))
		})
	}
}

func TestOtherCommandsAreTaken(t *testing.T) {
	for _, command := range []string{
		`mysql -uroot -p"$MYSQL_ROOT_PASSWORD" -e 'select 1'`, `mysql --password="${MYSQL_PWD}"`, "mysqladmin --password ping",
		`MYSQL_PWD=$(cat /run/secrets/pw) mysql`, "MYSQL_PWD=`cat /pw` mysql", `REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping`,
		`redis-cli -a "$REDIS_PASSWORD" --no-auth-warning ping`, "redis-cli --askpass", "mkdir -p/tmp/x", "ps -p1", "ls -a x",
		"psql --password-file=/x", "x --token-file /x", `curl -u "$USER:$PASSWORD" http://x`, "curl -u me http://x", "kill -0 $(pgrep -P 1)", //nolint:lll // one text
		`curl -H "Authorization: Bearer $TOKEN" http://x`, "cd $PWD && PWD=/x true", "psql postgres://me@db/x", "git clone ssh://git@host:22/x", //nolint:lll // one text
		"grep -c 'password' /etc/x", "mysql --defaults-file=/x -P 3306", "etcdctl --user root endpoint health", "test \"$PASSWORD\" = x",
		"awk '{print $1}' | grep -q x",
	} {
		require.Empty(t, behind(t, command), command)
	}
}
