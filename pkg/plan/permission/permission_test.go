package permission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWhatItTakesToRunCommandsInPods(t *testing.T) {
	inPod, here := []plan.Hook{{Exec: true}}, []plan.Hook{{}}
	exec := []string{"get pods/exec", "create pods/exec", "get pods"}
	for _, test := range []struct {
		name string
		step plan.Step
		want []string
	}{
		{"no command", plan.Step{}, nil},
		{"before, in the pod", plan.Step{Before: inPod}, exec},
		{"before, here", plan.Step{Before: here}, nil},
		{"after, in the pod", plan.Step{After: inPod}, exec},
		{"after, here", plan.Step{After: here}, nil},
		{"only one of them in the pod", plan.Step{Before: here, After: inPod}, exec},
		{"who leads", plan.Step{Leader: &plan.Leader{Find: plan.Hook{Exec: true}}}, exec},
		{"a check in pods", plan.Step{Checks: []check.Check{{Kind: check.Exec}}}, exec},
		{"each once", plan.Step{Before: inPod, After: inPod, Checks: []check.Check{{Kind: check.Exec}}}, exec},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := plan.Plan{Steps: []plan.Step{test.step, test.step}} // without a set: nothing else is needed
			var got []string
			for _, p := range permission.Of(&p, ststest.Settled()) {
				got = append(got, p.String())
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestARolloutWithCommandsNeedsMoreThanOneWithout(t *testing.T) {
	of := func(step plan.Step) []string {
		var out []string
		for _, p := range permission.Of(&plan.Plan{Name: "web", Steps: []plan.Step{step}}, ststest.Settled()) {
			out = append(out, p.String())
		}
		return out
	}
	bare := []string{
		"list statefulsets.apps", "watch statefulsets.apps", "watch pods", "watch controllerrevisions.apps", "patch statefulsets.apps",
	}
	require.Equal(t, bare, of(plan.Step{Change: plan.Partition(4)}))
	require.Equal(t, append(bare, "get pods/exec", "create pods/exec", "get pods"),
		of(plan.Step{Change: plan.Partition(4), Before: []plan.Hook{{Exec: true}}}))
}

func TestNewClaimsNeedAsMuchAsTheirVolumes(t *testing.T) {
	of := func(claims ...plan.Renewal) []string {
		var out []string
		step := plan.Step{Replace: &plan.Replace{Mode: plan.ReplaceRenew, Claims: claims}}
		for _, p := range permission.Of(&plan.Plan{Steps: []plan.Step{step}}, ststest.Settled()) {
			out = append(out, p.String())
		}
		return out
	}
	require.Equal(t, []string{"delete persistentvolumeclaims", "delete pods"}, of(plan.Renewal{Name: "data-web-2"}))
	kept := []string{
		"delete persistentvolumeclaims", "get persistentvolumeclaims", "get persistentvolumes", "patch persistentvolumes", "delete pods",
	}
	require.Equal(t, kept, of(plan.Renewal{Name: "data-web-2"}, plan.Renewal{Name: "data-web-1", Retain: true}))
	require.Equal(t, kept, of(plan.Renewal{Name: "data-web-2", Receipt: true}))
}
