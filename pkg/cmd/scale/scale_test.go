package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become; the request is nil when nothing was run.
func parse(t *testing.T, args ...string) (*scale.Request, error) {
	t.Helper()
	return apptest.Parse(t, scale.New, args...)
}

// wanted is what a request is about, without the strings that it was made of.
type wanted struct {
	run      options.RunFlags
	name     string
	replicas int
	current  *int
	step     int
	claims   planner.Answer
	hooks    plan.Hooks
	force    bool
}

func TestFlags(t *testing.T) {
	run := apptest.Run()
	yes := run
	yes.Yes, yes.Output = true, report.JSON
	tests := []struct {
		name string
		args []string
		want wanted
	}{
		{"replicas", []string{"web", "--replicas=2"}, wanted{run: run, name: "web", replicas: 2, step: 1}},
		{"none at all", []string{"sts/web", "--replicas", "0", "-y", "-ojson"}, wanted{run: yes, name: "web", step: 1}},
		{
			"from so many",
			[]string{"web", "--replicas=2", "--current-replicas=0"},
			wanted{run: run, name: "web", replicas: 2, current: ptr.To(0), step: 1},
		},
		{
			"faster, with the volumes kept",
			[]string{"web", "--replicas=2", "--step=3", "--pvc=retain-volume", "--force"},
			wanted{run: run, name: "web", replicas: 2, step: 3, claims: planner.RetainVolume, force: true},
		},
		{
			"with a command on this machine",
			[]string{"web", "--replicas=2", "--before-cmd", "drain"},
			wanted{run: run, name: "web", replicas: 2, step: 1, hooks: plan.Hooks{Before: []plan.Hook{{Command: "drain"}}}},
		},
		{
			"with a command in the container",
			[]string{"web", "--replicas=2", "--before-exec", "drain", "-c", "db"},
			wanted{
				run: run, name: "web", replicas: 2, step: 1,
				hooks: plan.Hooks{Before: []plan.Hook{{Exec: true, Command: "drain", Container: "db"}}},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parse(t, tt.args...)
			require.NoError(t, err)
			require.Equal(
				t,
				tt.want,
				wanted{got.Run, got.Name, got.Replicas, got.Current, got.Step, got.Claims, got.Checks.Hooks, got.Force},
			)
		})
	}
}

func TestBadUsage(t *testing.T) {
	apptest.RefuseMisuse(t, parse, []apptest.Misuse{
		{"no name", []string{"--replicas=2"}, "which StatefulSet? give its name"},
		{"no replicas", []string{"web"}, "give --replicas: how many replicas the set is to have"},
		{"more replicas than any cluster has", []string{"web", "--replicas=100001"}, "--replicas=100001: must be at most 100000"},
		{"negative replicas", []string{"web", "--replicas=-2"}, "--replicas=-2: must not be negative"},
		{"one less than none", []string{"web", "--replicas=-1"}, "--replicas=-1: must not be negative"},
		{
			"negative current replicas",
			[]string{"web", "--replicas=2", "--current-replicas=-2"},
			"--current-replicas=-2: must not be negative",
		},
		{"no step", []string{"web", "--replicas=2", "--step=0"}, "--step=0: must be at least 1"},
		{
			"an unknown answer",
			[]string{"web", "--replicas=2", "--pvc=shred"},
			`--pvc=shred: must be "keep", "delete" or "retain-volume" (down), "reuse", "fresh" or "fail" (up)`,
		},
		{
			"two commands",
			[]string{"web", "--replicas=2", "--before-cmd=a", "--before-exec=b"},
			"give one of --before-exec and --before-cmd",
		},
		{
			"a container for nothing",
			[]string{"web", "--replicas=2", "-cdb"},
			"--container is for commands that run in pods, and none is given",
		},
		{"a negative timeout", []string{"web", "--replicas=2", "--timeout=-1s"}, "--timeout=-1s: must not be negative"},
	})
}
