package check_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

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
			require.NotEmpty(t, behind(t, command))
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
			require.Empty(t, behind(t, command))
		})
	}
}
