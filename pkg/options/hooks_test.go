package options

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// readHooks are the hooks of a command line, in this container.
func readHooks(t *testing.T, container string, args ...string) (plan.Hooks, error) {
	t.Helper()
	flags := pflag.NewFlagSet("verb", pflag.ContinueOnError)
	f := AddHookFlags(flags)
	require.NoError(t, flags.Parse(args))
	return f.Read(container)
}

func TestHookFlags(t *testing.T) {
	find := plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads", Container: "db"}
	down := plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down", Container: "db"}
	for _, test := range []struct {
		name  string
		args  []string
		want  plan.Hooks
		execs bool
	}{
		{name: "none"},
		{
			"before, in the pod",
			[]string{"--before-exec=drain"},
			plan.Hooks{Before: []plan.Hook{{Exec: true, Command: "drain", Container: "db"}}},
			true,
		},
		{"before, here", []string{"--before-cmd=drain"}, plan.Hooks{Before: []plan.Hook{{Command: "drain"}}}, false},
		{
			"after, in the pod",
			[]string{"--after-exec=ask"},
			plan.Hooks{After: []plan.Hook{{Moment: plan.AfterPod, Exec: true, Command: "ask", Container: "db"}}},
			true,
		},
		{
			"after, here",
			[]string{"--after-cmd=ask"},
			plan.Hooks{After: []plan.Hook{{Moment: plan.AfterPod, Command: "ask"}}},
			false,
		},
		{"who leads", []string{"--last-exec=leads"}, plan.Hooks{Leader: &plan.Leader{Find: find}}, true},
		{
			"who leads, and how it steps down",
			[]string{"--last-exec=leads", "--step-down-exec=down"},
			plan.Hooks{Leader: &plan.Leader{Find: find, StepDown: &down}},
			true,
		},
		{
			"all, of both kinds",
			[]string{"--before-exec=drain", "--after-cmd=ask", "--last-exec=leads", "--step-down-exec=down"},
			plan.Hooks{
				Before: []plan.Hook{{Exec: true, Command: "drain", Container: "db"}},
				After:  []plan.Hook{{Moment: plan.AfterPod, Command: "ask"}},
				Leader: &plan.Leader{Find: find, StepDown: &down},
			},
			true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readHooks(t, "db", test.args...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, len(test.args) == 0, got.IsZero())
			require.Equal(t, test.execs, Execs(got))
		})
	}
}

func TestHooksInThePodsDefaultContainer(t *testing.T) {
	got, err := readHooks(t, "", "--before-exec=drain")
	require.NoError(t, err)
	require.Equal(t, plan.Hooks{Before: []plan.Hook{{Exec: true, Command: "drain"}}}, got)
}

func TestHooksThatCannotBeRun(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		why  string
	}{
		{"two before", []string{"--before-exec=a", "--before-cmd=b"}, "give one of --before-exec and --before-cmd"},
		{"two after", []string{"--after-exec=a", "--after-cmd=b"}, "give one of --after-exec and --after-cmd"},
		{"nobody to step down", []string{"--step-down-exec=a"}, "--step-down-exec needs --last-exec: which pod leads?"},
		{"before-exec without a command", []string{"--before-exec="}, "--before-exec is empty"},
		{"before-cmd without a command", []string{"--before-cmd="}, "--before-cmd is empty"},
		{"after-exec without a command", []string{"--after-exec="}, "--after-exec is empty"},
		{"after-cmd without a command", []string{"--after-cmd="}, "--after-cmd is empty"},
		{"last-exec without a command", []string{"--last-exec="}, "--last-exec is empty"},
		{"step-down-exec without a command", []string{"--last-exec=a", "--step-down-exec="}, "--step-down-exec is empty"},
		{
			"a password",
			[]string{"--last-exec=redis-cli -a secret ROLE"},
			"--last-exec has a password in it, which other users of this machine can read: have the command take it " +
				"from the environment or a file",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readHooks(t, "db", test.args...)
			requireUsage(t, err, test.why)
		})
	}
}

func TestPasswordsInCommands(t *testing.T) {
	for _, command := range []string{
		`mysql -psecret`,
		`mysql -uroot -p'secret' -e "SET GLOBAL read_only=1"`,
		`mysql -uroot -p"secret" -e "SET GLOBAL read_only=1"`,
		`mysql -uroot "-psecret"`,
		`mysql -e "SET GLOBAL read_only=1; SELECT 1" -psecret`,
		`mysql -e 'SELECT 1 | 2' -psecret`,
		`/usr/bin/mysql -uroot -psecret`,
		`/opt/bitnami/mariadb/bin/mariadb-admin -psecret shutdown`,
		`exec mysqladmin -uroot -psecret shutdown`,
		`sh -c 'mysqldump -psecret'`,
		`true && mysql_upgrade -psecret`,
		`mysql --password=secret`,
		`mysql --password="secret"`,
		`mysql --PASSWORD=secret`,
		`mysql --validate-password=on -psecret`,
		`MYSQL_PWD=secret mysql -e 'SELECT 1'`,
		`export MYSQL_PWD='secret'; mysql`,
		`mysql -e "CHANGE MASTER TO MASTER_PASSWORD = 'secret'"`,
		`mysqlrplsync --master-password=secret`,
		`PGPASSWORD=secret psql -c 'SELECT 1'`,
		`psql "host=127.0.0.1 password=secret"`,
		`psql postgres://app:secret@127.0.0.1/db`,
		`redis-cli -a secret ROLE`,
		`redis-cli -p 6379 -a "secret" ROLE`,
		`redis-cli --no-auth-warning --pass secret ROLE`,
		`redis-cli --pass  secret ROLE`,
		`REDISCLI_AUTH=secret redis-cli ROLE`,
		`redis-cli -u redis://:secret@127.0.0.1:6379 ROLE`,
		`mongosh -u root -p secret --eval 'rs.stepDown()'`,
		`mongosh -u root -psecret`,
		`mongosh mongodb://root:secret@127.0.0.1`,
		`cqlsh -u cassandra -p secret`,
		`nodetool -u me -pw secret drain`,
		`clickhouse-client --password secret`,
		`curl -u elastic:secret localhost:9200`,
		`curl -fsSu elastic:secret localhost:9200`,
		`curl --user "$USER:secret" localhost:9200`,
		`curl https://elastic:secret@localhost:9200`,
	} {
		t.Run(command, func(t *testing.T) {
			require.True(t, hasPassword(command))
		})
	}
}

func TestCommandsWithoutPasswords(t *testing.T) {
	for _, command := range []string{
		`mysql -p"$MYSQL_ROOT_PASSWORD" -e 'SELECT 1'`,
		`mysql -p$MYSQL_ROOT_PASSWORD -e 'SELECT 1'`,
		`mysql -p"${MYSQL_ROOT_PASSWORD:-}"`,
		`mysqladmin -p"$P" shutdown`,
		`mysqladmin "-p$P" shutdown`,
		`mysql -uroot -p"$(cat /run/secrets/mysql)"`,
		"mysql -p`cat /run/secrets/mysql`",
		`mysql -p -e 'SELECT 1'`,
		`mysql -p < script.sql`,
		`mysql --protocol=socket`,
		`mysql -P3306 -h 127.0.0.1`,
		`mysql -P 3306 --port=3306`,
		`mysql --defaults-extra-file=/run/secrets/my.cnf`,
		`mysql --password="$P"`,
		`mysql --password=$P`,
		`mysql --password < script.sql`,
		`mysql --password --execute 'SELECT 1'`,
		`mysql --skip-password`,
		`mysqld --validate-password=ON`,
		`mysqld --disconnect-on-expired-password=0`,
		`mysql -e "SET GLOBAL old_passwords=0"`,
		`mysql -e 'SELECT 1' && mkdir -p/tmp/x`,
		`mysql -e 'SELECT 1' | column -pfoo`,
		"mysql -e 'SELECT 1'\nps -p1",
		`find /var/lib/mysql -print`,
		`find /var/lib/mysql -perm 600`,
		`ps -p1`,
		`xtrabackup --password-file=x`,
		`xtrabackup --password_file=x`,
		`MYSQL_PASSWORD_FILE=/run/secrets/mysql entrypoint`,
		`MYSQL_PWD="$P" mysql`,
		`MYSQL_PWD=$(cat /run/secrets/mysql) mysql`,
		`MYSQL_PWD="$(cat /run/secrets/mysql)" mysql`,
		`PGPASSWORD=$P psql -p 5432`,
		`PGPASSFILE=/run/secrets/pgpass psql`,
		`psql -p 5432 -c 'SELECT pg_is_in_recovery()'`,
		`psql -p5432 --no-password postgres`,
		`psql "host=127.0.0.1 password=$P"`,
		`psql "postgres://app:$P@127.0.0.1/db"`,
		`pg_isready -p 5432`,
		`redis-cli -a "$PASS" ROLE`,
		`redis-cli -a $PASS ROLE`,
		`redis-cli -a  "$PASS" ROLE`,
		`redis-cli -a "$(cat /run/secrets/redis)" ROLE`,
		`redis-cli --askpass ROLE`,
		`redis-cli --pass "$PASS" ROLE`,
		`redis-cli -p 6379 ROLE | grep -q -a master`,
		`REDISCLI_AUTH="$PASS" redis-cli ROLE`,
		`redis-cli -u "redis://:$PASS@127.0.0.1:6379" ROLE`,
		`mongosh --port 27017 --eval 'rs.stepDown()'`,
		`mongosh -u root -p "$P"`,
		`mongosh -u root -p --eval x`,
		`nodetool -p 7199 drain`,
		`nodetool -pwf /run/secrets/jmx drain`,
		`curl -u "elastic:$P" localhost:9200`,
		`curl -u "$U" http://localhost:9200`,
		`curl -u "${U:-elastic}:$P" localhost:9200`,
		`curl --user-agent a:b localhost:9200`,
		`curl -XPOST localhost:9200/_cluster/reroute`,
		`curl http://localhost:8080/x@y`,
		`getent passwd mysql`,
		`passwd -l mysql`,
		`echo "password: $P" | login`,
		`test -n "$PASSWORD"`,
		`nc -p 3306 127.0.0.1`,
	} {
		t.Run(command, func(t *testing.T) {
			require.False(t, hasPassword(command), "%q", password.FindAllString(command, -1))
		})
	}
}
