package preset_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
)

func TestThePresetsThatShip(t *testing.T) {
	require.Equal(t, []string{"etcd", "mariadb", "nats", "postgres", "rabbitmq", "redis", "zookeeper"}, preset.Names())
	require.Len(t, preset.All(), len(preset.Names()), "all of them can be read")
	for _, p := range preset.All() {
		hooks := p.Hooks("db")
		require.Len(t, hooks.Before, 1, p.Name)
		require.Equal(t, p.Name != "rabbitmq", hooks.Leader != nil, p.Name)
		if hooks.Leader != nil {
			require.Equal(t, p.Name != "zookeeper" && p.Name != "nats", hooks.Leader.StepDown != nil, p.Name)
		}
		require.NotEmpty(t, p.Title, p.Name)
		require.NotEmpty(t, p.Images(), p.Name)
		for _, image := range p.Images() {
			found, _ := preset.For([]corev1.Container{{Image: image + ":1"}})
			require.Equal(t, p.Name, found.Name, image)
		}
		checks := p.Checks("db", check.Standard())
		require.Len(t, checks, 1, p.Name)
		for _, hook := range append(hooks.All(), plan.Hook{Command: checks[0].Command}) {
			out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", hook.Command).CombinedOutput()
			require.NoError(t, err, "%s: %s", p.Name, out)
		}
	}
}

func TestHooksAndChecksOfAPreset(t *testing.T) {
	p, err := preset.Parse("./ours.yaml", []byte(`
title: Ours
images: [ours]
prelude: set -e
before: may-go
after: welcome
leads: leads
stepDown: down
checks:
- {name: lag, exec: lag}
`))
	require.NoError(t, err)
	require.Equal(t, "ours", p.Name)
	hook := func(command string, moment plan.Moment) plan.Hook {
		return plan.Hook{Exec: true, Command: "set -e\n" + command, Container: "db", Moment: moment, Preset: "./ours.yaml"}
	}
	down := hook("down", plan.StepDown)
	require.Equal(t, plan.Hooks{
		Before: []plan.Hook{hook("may-go", plan.BeforePod)}, After: []plan.Hook{hook("welcome", plan.AfterPod)},
		Leader: &plan.Leader{Find: hook("leads", plan.Leads), StepDown: &down},
	}, p.Hooks("db"))
	require.Equal(t, []check.Check{{
		Name: "lag", Kind: check.Exec, Command: "set -e\nlag", Container: "db", Preset: "ours", Rule: check.Standard(),
	}}, p.Checks("db", check.Standard()))
}

func TestAPresetThatCantBe(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "preset x.yaml: it asks for nothing",
		"before: [":                        "preset x.yaml: yaml: line 1: did not find expected node content",
		"befor: x":                         "field befor not found",
		"before: x\n---\nbefore: y":        "preset x.yaml: there is more than one document in it",
		"stepDown: x\nbefore: y":           "preset x.yaml: stepDown needs leads",
		"before: mysql -psecret":           "preset x.yaml: the command has a password",
		"before: \"a\\x1b[31m\"":           "preset x.yaml: the command has characters that can't be seen",
		"checks: [{name: a b, exec: x}]":   "its name must be",
		"checks: [{name: a}]":              "there is no command",
		"checks: [{name: a, http: ':80'}]": "field http not found",
	} {
		_, err := preset.Parse("x.yaml", []byte(text))
		require.ErrorContains(t, err, want, text)
		require.NotContains(t, err.Error(), "\x1b")
	}
}

func TestWhichImagesAPresetIsFor(t *testing.T) {
	for image, want := range map[string]string{
		"redis:7.0": "redis", "docker.io/library/redis": "redis", "valkey/valkey:8": "redis", "mariadb@sha256:00": "mariadb",
		"localhost:5000/mariadb:11": "mariadb", "redis-exporter:1": "", "nginx": "", "redis/insight": "", "": "",
	} {
		p, _ := preset.For([]corev1.Container{{Image: "sidecar"}, {Image: image}})
		require.Equal(t, want, p.Name, image)
	}
}

// With a client that only repeats what it is to say: which way each command goes. That they
// are right about a database is shown on the real node.
func TestWhatACommandOfThePresetsComesTo(t *testing.T) {
	const replica = "role:slave\nmaster_host:web-0\nmaster_link_status:%s\nmaster_sync_in_progress:0\n"
	up, down := strings.Replace(replica, "%s", "up", 1), strings.Replace(replica, "%s", "down", 1)
	redis, _ := preset.Find("redis")
	hooks := redis.Hooks("")
	lag := redis.Checks("", check.Standard())[0].Command
	for _, test := range []struct {
		name, command, info, primary string
		replicas                     string
		want                         int
	}{
		{"the primary leads", hooks.Leader.Find.Command, "role:master", "", "3", 0},
		{"a replica does not", hooks.Leader.Find.Command, up, "", "3", 1},
		{"nothing is known", hooks.Leader.Find.Command, "", "", "3", 75},
		{"a replica may go beside another one", hooks.Before[0].Command, up, "state=online\nstate=online", "3", 0},
		{"the last one may not", hooks.Before[0].Command, up, "state=online", "3", 75},
		{"one that is not in sync may", hooks.Before[0].Command, down, "state=online", "3", 0},
		{"one of two may", hooks.Before[0].Command, up, "state=online", "2", 0},
		{"whoever led before may", hooks.Before[0].Command, "role:master", "", "3", 0},
		{"in sync", lag, up, "", "3", 0},
		{"not in sync", lag, down, "", "3", 75},
		{"the primary is", lag, "role:master", "", "3", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"own": test.info, "primary": test.primary} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
			}
			client := "#!/bin/sh\ncase \"$*\" in *-h*) cat " + dir + "/primary;; *) cat " + dir + "/own;; esac\n"
			require.NoError(t, os.WriteFile(filepath.Join(dir, "redis-cli"), []byte(client), 0o700))
			cmd := exec.CommandContext(t.Context(), "sh", "-c", test.command)
			cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "STS_REPLICAS=" + test.replicas}
			out, err := cmd.CombinedOutput()
			if test.want == 0 {
				require.NoError(t, err, string(out))
				return
			}
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, test.want, exit.ExitCode(), string(out))
		})
	}
}

func TestWhatACommandForEtcdComesTo(t *testing.T) {
	etcd, _ := preset.Find("etcd")
	hooks := etcd.Hooks("")
	healthCheck := etcd.Checks("", check.Standard())[0].Command
	const (
		leads   = `"MemberID" : 7\n"RaftTerm" : 2\n"Version" : "3.6.0"\n"DBSize" : 20480\n"Leader" : 7\n"IsLearner" : false\n"RaftTerm" : 2`
		follows = `"MemberID" : 7\n"Leader" : 9\n"IsLearner" : false`
		learns  = `"MemberID" : 7\n"Leader" : 9\n"IsLearner" : true`
		three   = `1, started, db-0\n2, started, db-1\n3, started, db-2`
		healthy = `a is healthy\nb is healthy\nc is healthy`
	)
	for _, test := range []struct {
		name, command, status, members, health string
		want                                   int
	}{
		{"the leader leads", hooks.Leader.Find.Command, leads, three, healthy, 0},
		{"a follower does not", hooks.Leader.Find.Command, follows, three, healthy, 1},
		{"nobody is known to", hooks.Leader.Find.Command, `"MemberID" : 7`, three, healthy, 75},
		{"one of three that are healthy may go", hooks.Before[0].Command, follows, three, healthy, 0},
		{"one of two that are may not", hooks.Before[0].Command, follows, three, `a is healthy\nb is healthy`, 75},
		{"nor one of members that are not known", hooks.Before[0].Command, follows, "", healthy, 75},
		{"one of two members may", hooks.Before[0].Command, follows, `1, started, db-0\n2, started, db-1`, `a is healthy`, 0},
		{"a member is healthy", healthCheck, follows, three, healthy, 0},
		{"a learner is not", healthCheck, learns, three, healthy, 75},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, "etcdctl", `case "$*" in
*'endpoint status --write-out=fields') printf '`+test.status+`\n' ;;
*'member list') [ -n '`+test.members+`' ] && printf '`+test.members+`\n' ;;
*'endpoint health'*) printf '`+test.health+`\n' ;;
esac`)
			code, said, _ := s.run(test.command)
			require.Equal(t, test.want, code, said)
		})
	}
}

func TestWhatACommandForZooKeeperComesTo(t *testing.T) {
	zookeeper, _ := preset.Find("zookeeper")
	leads := zookeeper.Hooks("").Leader.Find.Command
	for mode, want := range map[string]int{"leader": 0, "standalone": 0, "follower": 1, "observer": 1, "": 75} {
		code, said, _ := newScene(t, "nc", "cat > /dev/null; echo 'Mode: "+mode+"'").run(leads)
		require.Equal(t, want, code, mode+said)
	}
}

func TestWhatACommandForNATSComesTo(t *testing.T) {
	nats, _ := preset.Find("nats")
	before, leads := nats.Hooks("").Before[0].Command, nats.Hooks("").Leader.Find.Command
	synced := nats.Checks("", check.Standard())[0].Command
	const (
		well    = `HTTP/1.0 200 OK\r\n\r\n{"status":"ok"}`
		behind  = `HTTP/1.0 503 Service Unavailable\r\n\r\n{"status":"unavailable","error":"stream is not current"}`
		leading = `  "meta_cluster": {\n    "name": "nats",\n    "leader": "db-2",\n    "cluster_size": 3\n  }`
		of5     = `  "meta_cluster": {\n    "leader": "db-0",\n    "cluster_size": 5\n  }`
		of2     = `  "meta_cluster": {\n    "leader": "db-0",\n    "cluster_size": 2\n  }`
		nobody  = `  "meta_cluster": {\n    "name": "nats",\n    "cluster_size": 3\n  }`
	)
	for _, test := range []struct {
		name, command, whole, own, other string
		want                             int
		says                             string
	}{
		{"whoever leads the whole leads", leads, leading, well, well, 0, ""},
		{"another one does not", leads, of5, well, well, 1, ""},
		{"nobody is known to", leads, nobody, well, well, 75, "JetStream does not say who leads"},
		{"no answer", leads, "", well, well, 75, "JetStream does not answer here"},
		{"without JetStream", leads, `  "disabled": true`, well, well, 75, "JetStream does not answer here"},
		{"one that is alone leads", leads, `  "streams": 1`, well, well, 0, ""},
		{"one may go beside two in sync", before, leading, well, well, 0, ""},
		{"it may where it is not in sync itself", before, leading, behind, well, 0, ""},
		{"it may not beside one that is not", before, leading, well, behind, 75, "db-0 is not in sync: stream is not current"},
		{"nor beside one that does not answer", before, leading, well, "", 75, "db-0 is not in sync: it does not answer"},
		{"one of two may", before, of2, well, behind, 0, ""},
		{"it may not where nobody says of how many", before, "", well, well, 75, "JetStream does not say how many members it counts"},
		{
			"it may not where members that are away are counted", before, of5, well, well, 75,
			"2 others are in sync, of 5 that JetStream counts",
		},
		{"in sync", synced, leading, well, well, 0, "in sync"},
		{"not in sync", synced, leading, behind, well, 75, "stream is not current"},
		{"no word of it", synced, leading, "", well, 75, "it does not answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, "nc", `request=$(cat)
case "$request $*" in
*/jsz*) printf '`+test.whole+`\n' ;;
*/varz*) printf '  "server_name": "db-2",\n' ;;
*/healthz*db-0.db.ns.svc.cluster.local*) printf '`+test.other+`' ;;
*/healthz*db-1.db.ns.svc.cluster.local*) printf '`+well+`' ;;
*/healthz*) printf '`+test.own+`' ;;
esac`)
			code, said, _ := s.run(test.command)
			require.Equal(t, test.want, code, said)
			require.Contains(t, said, test.says)
		})
	}
}

func TestWhatACommandForRabbitMQComesTo(t *testing.T) {
	rabbitmq, _ := preset.Find("rabbitmq")
	before, online := rabbitmq.Hooks("").Before[0].Command, rabbitmq.Checks("", check.Standard())[0].Command
	const (
		here = `{"name":"a","members":["rabbit@db-0.db","rabbit@db-2.db"],"online":["rabbit@db-0.db","rabbit@db-2.db"]}`
		away = `{"online":["rabbit@db-0.db"],"name":"b","members":["rabbit@db-0.db","rabbit@db-2.db"]}`
		none = `{"name":"c","members":["rabbit@db-0.db","rabbit@db-1.db"],"online":["rabbit@db-0.db"]}`
	)
	for _, test := range []struct {
		name, command          string
		quorum, mirror, alarms string // what a program does
		first, second          string // the queues of two vhosts
		replicas               string
		want                   int
		says                   string
	}{
		{name: "one may go", command: before, replicas: "3"},
		{
			name: "it may not where a queue would lose its quorum", command: before, quorum: "echo queue a; exit 69", replicas: "3",
			want: 75, says: "queue a",
		},
		{name: "nor where nothing is known", command: before, quorum: "exit 69", replicas: "3", want: 75, says: "it does not answer"},
		{
			name: "nor where a mirror is the last one", command: before, mirror: "echo queue m; exit 69", replicas: "3",
			want: 75, says: "queue m",
		},
		{name: "a version without mirrors", command: before, mirror: "echo what; exit 64", replicas: "3"},
		{name: "one of two may", command: before, quorum: "exit 69", replicas: "2"},
		{name: "all queues are online", command: online, first: here, second: none, says: "online with 1 queues"},
		{name: "of each vhost", command: online, first: here, second: here, says: "online with 2 queues"},
		{name: "one is not", command: online, first: here, second: away, want: 75, says: "its member of queue b is not online"},
		{name: "there is an alarm", command: online, alarms: "echo memory; exit 69", want: 75, says: "memory"},
		{name: "it says nothing", command: online, alarms: "exit 75", want: 75, says: "it does not answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, "rabbitmq-queues", `case "$*" in *quorum*) `+test.quorum+` ;; *mirror*) `+test.mirror+` ;; esac`)
			s.program("rabbitmq-diagnostics", test.alarms)
			s.program("rabbitmqctl", `case "$*" in
list_vhosts*) printf '/\nother one\n' ;;
*'--vhost / '*) echo '[' '`+test.first+`' ']' ;;
*'--vhost other one '*) echo '[' '`+test.second+`' ']' ;;
esac`)
			code, said, _ := s.run(test.command, "STS_REPLICAS="+test.replicas, "RABBITMQ_NODENAME=rabbit@db-2.db")
			require.Equal(t, test.want, code, said)
			require.Contains(t, said, test.says)
		})
	}
}
