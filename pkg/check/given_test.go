package check_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

func standard() check.Rule {
	return check.Rule{Every: 10 * time.Second, Pass: 3, Unknown: 5, Timeout: 30 * time.Second, OnUnknown: check.HoldOnUnknown}
}

func TestTheStandardRule(t *testing.T) { require.Equal(t, standard(), check.Standard()) }

func TestFlags(t *testing.T) {
	got, err := check.Given{
		Exec:      []string{"redis-cli ping | grep PONG", "true"},
		HTTP:      []string{":8080/ready", "https://:8443/health  jsonpath={.status} == green", "http://example.com/ 200"},
		Prom:      []string{`sum by (pod) (rate(e{pod=~"$pods"}[$window])); value <= 1.2 * stable + 0.01`},
		PromMin:   "sum(increase(r[$window])) >= 100",
		Cmd:       []string{"./check.sh; exit 75"},
		Container: "redis",
		Rule:      check.Standard(),
	}.Checks()
	require.NoError(t, err)
	rule := standard()
	require.Equal(t, []check.Check{
		{Name: "exec", Kind: check.Exec, Command: "redis-cli ping | grep PONG", Container: "redis", Rule: rule},
		{Name: "exec-2", Kind: check.Exec, Command: "true", Container: "redis", Rule: rule},
		{Name: "http", Kind: check.HTTP, URL: ":8080/ready", Rule: rule},
		{Name: "http-2", Kind: check.HTTP, URL: "https://:8443/health", Expect: "jsonpath={.status} == green", Rule: rule},
		{Name: "http-3", Kind: check.HTTP, URL: "http://example.com/", Expect: "200", Rule: rule},
		{
			Name:      "prom",
			Kind:      check.Prom,
			Query:     `sum by (pod) (rate(e{pod=~"$pods"}[$window]))`,
			Condition: "value <= 1.2 * stable + 0.01",
			Min:       "sum(increase(r[$window])) >= 100",
			Rule:      rule,
		},
		{Name: "cmd", Kind: check.Cmd, Command: "./check.sh; exit 75", Rule: rule},
	}, got)
}

func TestFlagsRejected(t *testing.T) {
	with := func(change func(*check.Rule)) check.Rule {
		r := check.Standard()
		change(&r)
		return r
	}
	tests := []struct {
		name  string
		given check.Given
		want  string
	}{
		{"no command", check.Given{Exec: []string{" "}}, "--check-exec: there is no command"},
		{"no address", check.Given{HTTP: []string{""}}, "--check-http: there is no address"},
		{
			"no such status",
			check.Given{HTTP: []string{":80/ OK"}},
			`--check-http: "OK" is no status, such as 200 or 200-299, and no jsonpath={.status}==green`,
		},
		{
			"no condition",
			check.Given{Prom: []string{"up"}},
			`--check-prom "up" has no condition: it is 'QUERY; CONDITION', such as '...; value < 0.01'`,
		},
		{
			"a variable that there is not",
			check.Given{Prom: []string{"up[$w]; value > 1"}},
			"--check-prom: the query has $w; there are $pods, $stable, $all, $namespace, $name and $window",
		},
		{"half a condition", check.Given{Prom: []string{"up; value >"}}, `--check-prom: condition "value >": it ends too early`},
		{
			"a comparison of a thing with itself",
			check.Given{Prom: []string{"up; value > stable"}},
			"--check-prom: the condition compares with stable, but the query has no $pods: both would be the same",
		},
		{"a floor under nothing", check.Given{PromMin: "a >= 1"}, "--check-prom-min is for --check-prom, which is not given"},
		{
			"a password",
			check.Given{Cmd: []string{"mysql -phunter2"}},
			`--check-cmd: the command has a password in it, behind -p: let it come from the environment, such as "$PASSWORD"`,
		},
		{"what can't be seen", check.Given{Cmd: []string{"true\x1b[2K"}}, "--check-cmd: the command has characters that can't be seen"},
		{"always", check.Given{Rule: with(func(r *check.Rule) { r.Every = 0 })}, "--check-every: 0s is not from 1s to 24h"},
		{"no pass", check.Given{Rule: with(func(r *check.Rule) { r.Pass = 0 })}, "--check-pass: 0 is not from 1 to 1000"},
		{"less than no failure", check.Given{Rule: with(func(r *check.Rule) { r.Fail = -1 })}, "--check-fail: -1 is not from 0 to 1000"},
		{"no unknown", check.Given{Rule: with(func(r *check.Rule) { r.Unknown = 0 })}, "--check-unknown: 0 is not from 1 to 1000"},
		{
			"no time",
			check.Given{Rule: with(func(r *check.Rule) { r.Timeout = time.Millisecond })},
			"--check-timeout: 1ms is not from 1s to 24h",
		},
		{
			"another end",
			check.Given{Rule: with(func(r *check.Rule) { r.OnUnknown = "pass" })},
			`--on-unknown: "pass" is neither hold nor fail`,
		},
		{"too many", check.Given{Cmd: make51()}, "there are 51 checks, and a run takes 50"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.given.Rule == (check.Rule{}) {
				test.given.Rule = check.Standard()
			}
			_, err := test.given.Checks()
			require.EqualError(t, err, test.want)
		})
	}
}

func make51() []string {
	out := make([]string, 51)
	for i := range out {
		out[i] = "true"
	}
	return out
}

const file = `
every: 20s
onUnknown: fail
checks:
- name: p99
  prom:
    query: |
      max by (pod) (p99{pod=~"$pods"})
    condition: value <= 1.2 * stable
    min: sum(increase(requests_total{pod=~"$pods"}[$window])) >= 100
  every: 1m
  pass: 5
  fail: 2
- name: caught-up
  exec: {command: ./caught-up, container: db}
  unknown: 2
  timeout: 5s
- name: ready
  http: {url: ":8080/ready", expect: 200-299}
  onUnknown: hold
- name: calendar
  cmd: {command: ./may-we}
`

func TestFile(t *testing.T) {
	got, err := check.Given{Rule: check.Standard(), Files: []check.File{{Name: "checks.yaml", Text: []byte(file)}}}.Checks()
	require.NoError(t, err)
	rule := func(change func(*check.Rule)) check.Rule {
		r := standard()
		r.Every, r.OnUnknown = 20*time.Second, check.FailOnUnknown
		change(&r)
		return r
	}
	require.Equal(t, []check.Check{
		{
			Name: "p99", Kind: check.Prom, Query: `max by (pod) (p99{pod=~"$pods"})`, Condition: "value <= 1.2 * stable",
			Min:  `sum(increase(requests_total{pod=~"$pods"}[$window])) >= 100`,
			Rule: rule(func(r *check.Rule) { r.Every, r.Pass, r.Fail = time.Minute, 5, 2 }),
		},
		{
			Name: "caught-up", Kind: check.Exec, Command: "./caught-up", Container: "db",
			Rule: rule(func(r *check.Rule) { r.Unknown, r.Timeout = 2, 5*time.Second }),
		},
		{
			Name: "ready", Kind: check.HTTP, URL: ":8080/ready", Expect: "200-299",
			Rule: rule(func(r *check.Rule) { r.OnUnknown = check.HoldOnUnknown }),
		},
		{Name: "calendar", Kind: check.Cmd, Command: "./may-we", Rule: rule(func(*check.Rule) {})},
	}, got)
}

func TestFilesRejected(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "f: there are no checks in it"},
		{"no checks", "checks: []", "f: there are no checks in it"},
		{"an unknown key", "checks:\n- name: a\n  cmd: {command: a}\n  evry: 5s\n", `f: line 4: unknown key "evry"`},
		{"an unknown key inside", "checks:\n- name: a\n  cmd:\n    comand: a\n", `f: line 4: unknown key "comand"`},
		{"a key twice", "checks:\n- name: a\n  name: b\n", `f: line 3: key "name" is there twice`},
		{"no number", "checks:\n- name: a\n  cmd: {command: a}\n  pass: many\n", "f: line 4: many is not a whole number"},
		{"no duration", "checks:\n- name: a\n  every: soon\n", "f: line 3: soon is not a duration such as 10s"},
		{"no list", "checks:\n  name: a\n", "f: line 2: a value of another kind is not a list of checks"},
		{"no map", "checks:\n- a\n", "f: line 2: a is not a map of keys and values"},
		{"no YAML", "checks: [", "f: line 1: did not find expected node content"},
		{"two documents", "checks:\n- name: a\n  cmd: {command: a}\n---\na: b\n", "f: there is more than one document in it"},
		{"no kind", "checks:\n- name: a\n", `f: check 1 ("a"): it must have exactly one of exec, http, prom and cmd`},
		{
			"two kinds", "checks:\n- name: a\n  cmd: {command: a}\n  exec: {command: a}\n",
			`f: check 1 ("a"): it must have exactly one of exec, http, prom and cmd`,
		},
		{
			"no name",
			"checks:\n- cmd: {command: a}\n",
			`f: check 1 (""): its name must be 1 to 63 letters, digits, dots, dashes and underscores`,
		},
		{"a name twice", "checks:\n- {name: a, cmd: {command: a}}\n- {name: a, cmd: {command: b}}\n", `two checks have the name "a"`},
		{"a rule", "checks:\n- {name: a, cmd: {command: a}, pass: 0}\n", `f: check 1 ("a"): pass: 0 is not from 1 to 1000`},
		{"a container", "checks:\n- {name: a, exec: {command: a, container: 'a b'}}\n", `f: check 1 ("a"): container "a b"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := check.Given{Rule: check.Standard(), Files: []check.File{{Name: "f", Text: []byte(test.text)}}}.Checks()
			require.EqualError(t, err, test.want)
		})
	}
}
