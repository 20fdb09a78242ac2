package preset_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
)

// scene is a pod whose database is played by a script: what its client says to whom.
type scene struct {
	t   *testing.T
	dir string
}

func newScene(t *testing.T, client, script string) scene {
	t.Helper()
	s := scene{t, t.TempDir()}
	s.program(client, script)
	s.program("hostname", `echo "$STS_POD.db.ns.svc.cluster.local"`)
	s.program("sleep", ":")
	return s
}

func (s scene) program(name, script string) {
	text := "#!/bin/sh\nlog=" + s.dir + "/log dir=" + s.dir + "\n" + script + "\n"
	require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o700))
}

// run is the exit code of a command, and all that it has said and that its database has
// been told.
func (s scene) run(command string, env ...string) (code int, said, told string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "sh", "-c", command)
	cmd.Env = append([]string{
		"PATH=" + s.dir + ":" + os.Getenv("PATH"), "STS_NAME=db", "STS_POD=db-2", "STS_ORDINAL=2", "STS_REPLICAS=3", "STS_PEERS=db-0 db-1",
	}, env...)
	out, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		require.NoError(s.t, err)
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return code, string(out), string(log)
}

func stepDown(t *testing.T, name string) string {
	t.Helper()
	p, ok := preset.Find(name)
	require.True(t, ok)
	return p.Hooks("").Leader.StepDown.Command
}

// mariadb plays three members: db-2 leads. What is to go wrong stands before it.
const mariadb = `
host=own
for arg in "$@"; do [ "$last" != -h ] || host=${arg%%.*}; last=$arg; done
text=$(cat)
printf '%s\n' "$host: $text" >> "$log"
lost() { echo "ERROR 2013 (HY000): Lost connection" >&2; exit 1; }
case "$host $text" in
WRONG
'own SELECT @@global.read_only') echo 0 ;;
*'SELECT @@global.read_only') echo 1 ;;
*gtid_binlog_pos*) echo 0-1-7 ;;
*MASTER_GTID_WAIT*) echo 0 ;;
esac
`

func TestMariaDBStepsDownWithoutLosingAWrite(t *testing.T) {
	const (
		promoted = "RESET SLAVE ALL; SET GLOBAL read_only = 0"
		unknown  = "nobody takes writes: whether db-0 is the primary is not known"
	)
	for _, test := range []struct {
		name, wrong string
		want        int
		says        string
		told, not   []string
	}{
		{
			"all is well", "", 0, "db-0 is the primary now",
			[]string{"db-0: STOP SLAVE; " + promoted, "own: CHANGE MASTER TO MASTER_HOST = 'db-0.db.", "db-1: STOP SLAVE; CHANGE MASTER"},
			nil,
		},
		{
			"the primary dies once it takes no more writes",
			`"own SELECT @@global.gtid_binlog_pos") if grep -q 'read_only = 1' "$log"; then lost; else echo 0-1-7; fi ;;`,
			75, "the primary does not say what it has",
			[]string{"own: SET GLOBAL read_only = 0"},
			[]string{promoted},
		},
		{
			"somebody writes all the same", `"own SELECT @@global.gtid_binlog_pos") echo "0-1-$(wc -l < "$log")" ;;`,
			75, "somebody writes",
			[]string{"own: SET GLOBAL read_only = 0"},
			[]string{promoted},
		},
		{
			"there are two primaries", `"db-1 SELECT @@global.read_only") echo 0 ;;`,
			75, "db-1 takes writes as well", nil,
			[]string{promoted, "CHANGE MASTER", "read_only = 1"},
		},
		{
			"the heir's answer is lost", "db-0*RESET*) lost ;;\n" + `"db-0 SELECT @@global.read_only") grep -q RESET "$log"; echo $? ;;`,
			0, "db-0 is the primary now", nil,
			[]string{"db-1: STOP SLAVE; RESET", "own: SET GLOBAL read_only = 0"},
		},
		{
			"the heir is lost", "db-0*RESET*) lost ;;\n" +
				`db-0*) ! grep -q RESET "$log" || lost; case "$text" in *WAIT*) echo 0;; *) echo 1;; esac ;;`,
			1, unknown, nil,
			[]string{"db-1: STOP SLAVE; RESET", "own: SET GLOBAL read_only = 0"},
		},
		{
			"the heir does not take it", "db-0*RESET*) lost ;;",
			0, "db-1 is the primary now",
			[]string{"db-0: SET GLOBAL read_only = 1", "own: SET GLOBAL read_only = 0", "db-1: STOP SLAVE; RESET"},
			nil,
		},
		{
			"no replica is in sync", "*MASTER_GTID_WAIT*) echo -1 ;;",
			75, "no replica gets in sync", nil,
			[]string{"read_only = 1", promoted},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, "mariadb", strings.Replace(mariadb, "WRONG", test.wrong, 1))
			code, said, told := s.run(stepDown(t, "mariadb"), `MARIADB_REPLICATION_PASSWORD=a'b\t`)
			require.Equal(t, test.want, code, said+told)
			require.Contains(t, said, test.says)
			for _, part := range test.told {
				require.Contains(t, told, part)
			}
			for _, part := range test.not {
				require.NotContains(t, told, part)
			}
			require.NotContains(t, said, `a'b`)
			if strings.Contains(told, "CHANGE MASTER") {
				require.Contains(t, told, `MASTER_PASSWORD = 'a\'b\\t'`)
			}
		})
	}
}

// postgres plays three members: db-2 leads.
const postgres = `
for arg in "$@"; do [ "$last" != -h ] || host=${arg%%.*}; last=$arg; done
[ "$host" != 127 ] || host=own
text=$(cat)
printf '%s\n' "$host: $text" >> "$log"
lost() { echo "server closed the connection unexpectedly" >&2; exit 1; }
case "$host $text" in
WRONG
'own SELECT CASE'*) echo primary ;;
*'SELECT CASE'*) echo standby ;;
*pg_current_wal*|*pg_switch_wal*|*pg_last_wal_receive*) echo 0/3000000 ;;
*SELECT*) echo t ;;
esac
`

func TestPostgreSQLStepsDownWithoutLosingAWrite(t *testing.T) {
	const back = "own: ALTER SYSTEM RESET default_transaction_read_only"
	for _, test := range []struct {
		name, wrong string
		want        int
		says        string
		told, not   []string
	}{
		{
			"all is well", "", 0, "db-0 is the primary now",
			[]string{
				"own: ALTER SYSTEM SET default_transaction_read_only = on", "db-1: ALTER SYSTEM SET primary_conninfo = 'host=db-0.",
				"db-0: ALTER SYSTEM RESET default_transaction_read_only", "db-0: SELECT pg_promote()",
			},
			[]string{back},
		},
		{
			"the primary dies once it takes no more writes", `own*pg_switch_wal*) lost ;;`,
			1, "the primary does not say what it has",
			[]string{back},
			[]string{"pg_promote"},
		},
		{
			"a client does not end", `*count*backend_type*) echo f ;;`,
			1, "clients that may write do not end",
			[]string{back},
			[]string{"pg_promote"},
		},
		{
			"the primary goes on", `*"= on"*) lost ;;`,
			1, "the primary goes on taking writes",
			[]string{back},
			[]string{"pg_promote"},
		},
		{
			"there are two primaries", `"db-1 SELECT CASE"*) echo primary ;;`,
			75, "db-1 takes writes as well", nil,
			[]string{"pg_promote", "ALTER SYSTEM"},
		},
		{
			"no standby is near", `*pg_wal_lsn_diff*) echo f ;;`,
			75, "no standby streams, and is near", nil,
			[]string{"pg_promote", "ALTER SYSTEM"},
		},
		{
			"another standby does not follow the heir", `"db-1 ALTER SYSTEM SET primary_conninfo"*db-0*) lost ;;`,
			1, "db-1 does not follow db-0",
			[]string{back, "db-1: ALTER SYSTEM SET primary_conninfo = 'host=db-2."},
			[]string{"pg_promote"},
		},
		{
			"the heir does not get in sync", `*replay_lsn*">="*) echo f ;;`,
			1, "db-0 does not get in sync",
			[]string{back, "db-1: ALTER SYSTEM SET primary_conninfo = 'host=db-2."},
			[]string{"pg_promote"},
		},
		{
			"the heir is lost", `*pg_promote*|*NOT*) lost ;;`,
			1, "nobody takes writes: whether db-0 is the primary is not known",
			[]string{"pg_promote"},
			[]string{back},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, "psql", strings.Replace(postgres, "WRONG", test.wrong, 1))
			s.program("date", `n=$(cat "$dir/now" 2> /dev/null || echo 0); echo $((n + 4)) > "$dir/now"; echo "$n"`)
			code, said, told := s.run(stepDown(t, "postgres"), `POSTGRES_PASSWORD=a'b\c`)
			require.Equal(t, test.want, code, said+told)
			require.Contains(t, said, test.says)
			for _, part := range test.told {
				require.Contains(t, told, part)
			}
			for _, part := range test.not {
				require.NotContains(t, told, part)
			}
			if strings.Contains(told, "primary_conninfo") {
				require.Contains(t, told, `password=''a\''b\\c'' application_name`)
			}
		})
	}
}

func TestAPostgreSQLThatHasSteppedDownAndFollowsNobodyIsNotGood(t *testing.T) {
	s := newScene(t, "psql", "echo former")
	p, _ := preset.Find("postgres")
	code, said, _ := s.run(p.Checks("", check.Standard())[0].Command)
	require.Equal(t, 75, code)
	require.Contains(t, said, "it takes no writes, and follows nobody")
}

// redis plays three members: db-2 leads, and db-0 does so once it has failed over.
const redis = `
for arg in "$@"; do [ "$last" != -h ] || host=${arg%%.*}; last=$arg; done
[ -n "$host" ] || host=own
shift 2
[ "$1" != -h ] || shift 2
echo "$host: $*" >> "$log"
case "$host $*" in
WRONG
'own info replication')
  printf 'role:master\r\nmaster_failover_state:no-failover\r\nslave0:ip=fd00::1,port=6379,state=online,offset=7\r\n'
  printf 'slave1:ip=db-1.db.ns.svc.cluster.local,port=6379,state=online,offset=7\r\n' ;;
'db-0 client info') echo 'id=3 addr=[fd00::2]:40000 laddr=[fd00::1]:6379 fd=8' ;;
'db-1 client info') echo 'id=3 addr=10.0.0.9:40000 laddr=10.0.0.1:6379 fd=8' ;;
'db-0 role') if grep -q 'own: failover to fd00::1' "$log"; then echo master; else echo slave; fi ;;
'db-1 role') if grep -q 'own: failover to db-1' "$log"; then echo master; else echo slave; fi ;;
*) echo OK ;;
esac
`

func TestRedisStepsDownWithoutLosingAWrite(t *testing.T) {
	for _, test := range []struct {
		name, wrong string
		want        int
		says        string
		told, not   []string
	}{
		{
			"all is well, with an address of IPv6", "", 0, "db-0 is the primary now",
			[]string{"own: failover to fd00::1 6379 timeout 10000", "db-1: replicaof db-0.", "db-2: replicaof db-0."},
			nil,
		},
		{
			"the heir has another name", "'db-0 client info') ;;", 0, "db-1 is the primary now",
			[]string{"own: failover to db-1.db.ns.svc.cluster.local 6379", "db-0: replicaof db-1."},
			[]string{"fd00"},
		},
		{
			"there are two primaries", "'db-1 role') echo master ;;", 75, "db-1 is a primary as well",
			nil,
			[]string{"failover", "replicaof"},
		},
		{
			"one can't be asked", "'db-1 role') ;;", 75, "db-1 does not say what it is", nil, []string{"failover", "replicaof"},
		},
		{
			"a failover that was given up", "'db-0 role') echo slave ;;", 0, "db-0 does not get in sync",
			[]string{"own: failover to fd00::1", "db-0: replicaof db-1."},
			[]string{"replicaof db-0"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, "redis-cli", strings.Replace(redis, "WRONG", test.wrong, 1))
			code, said, told := s.run(stepDown(t, "redis"))
			require.Equal(t, test.want, code, said+told)
			require.Contains(t, said, test.says)
			for _, part := range test.told {
				require.Contains(t, told, part)
			}
			for _, part := range test.not {
				require.NotContains(t, told, part)
			}
		})
	}
}

func TestAMemberThatComesBackAsASecondPrimaryFailsTheStep(t *testing.T) {
	for _, test := range []struct {
		preset, wrong string
		want          int
		says          string
	}{
		{"redis", "", 0, ""},
		{"redis", "'db-1 role') echo master ;;", 1, "db-2 has come back as a primary, and db-1 is one"},
		{"redis", "'db-1 role') ;;", 75, "db-1 does not say"},
		{"redis", "'own info replication') echo role:slave ;;", 0, ""},
		{"mariadb", "", 0, ""},
		{"mariadb", `"db-1 SELECT @@global.read_only") echo 0 ;;`, 1, "db-1 takes them as well"},
		{"mariadb", `db-1*) lost ;;`, 75, "db-1 does not say"},
		{"postgres", "", 0, ""},
		{"postgres", `"db-1 SELECT CASE"*) echo primary ;;`, 1, "db-1 takes them as well"},
		{"postgres", `db-1*) lost ;;`, 75, "db-1 does not say"},
	} {
		t.Run(test.preset+test.says, func(t *testing.T) {
			p, _ := preset.Find(test.preset)
			played := map[string][2]string{
				"redis": {"redis-cli", redis}, "mariadb": {"mariadb", mariadb}, "postgres": {"psql", postgres},
			}[test.preset]
			code, said, _ := newScene(t, played[0], strings.Replace(played[1], "WRONG", test.wrong, 1)).run(p.Hooks("").After[0].Command)
			require.Equal(t, test.want, code, said)
			require.Contains(t, said, test.says)
		})
	}
}
