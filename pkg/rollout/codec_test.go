package rollout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout/rollouttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Every plan that a test of the planners and of the engine makes goes through
// rollouttest. Here is what no planner makes.
func TestAPlanIsTheSameAfterItWasSaved(t *testing.T) {
	changes := []rollout.Change{
		nil,
		rollout.DeletePod{Name: "web-1", UID: "x", Version: "7", Why: "<why> & so"},
		rollout.RetainVolume{Claim: "c", UID: "u", Volume: "v"},
		rollout.DeleteClaim{Name: "c", UID: "u", Why: "as answered", Record: true},
		rollout.Edit{
			Template:  sts.Template(`{"metadata":{"annotations":{"a":"<b> & \u003c"}},"new":9007199254740993}`),
			Partition: ptr.To(0), Replicas: ptr.To(3), Retention: ptr.To[rollout.Retention]("Retain"),
			Annotations: map[string]*string{"gone": nil, "empty": ptr.To("")}, Says: "record",
		},
	}
	p := plan(func(p *rollout.Plan) { p.Timeout, p.Placing, p.Steps = time.Hour+1, 3*time.Millisecond, nil })
	for _, change := range changes {
		p.Steps = append(p.Steps, rollout.Step{
			Title: "step", Change: change, Until: rollout.ClaimsFree{Names: []string{"a"}},
			Soak: 90 * time.Second, Require: &rollout.Others{But: []int{2}},
			Before: []rollout.Hook{{Exec: true, Command: "a && b", Pod: "web-1", Ordinal: 1}}, Disrupts: []int{1},
			Free: &rollout.Free{
				Mode: rollout.FreeEach, Grace: time.Minute, Budgets: true,
				Order: sts.Order{First: []int{1}, Last: "role=primary"},
			},
			Gate: &rollout.Gate{Kind: rollout.GateAsk, Next: "web-0"},
		})
	}
	rollouttest.Same(p)
	text, err := rollout.Encode(p)
	require.NoError(t, err)
	require.Contains(t, string(text), `"timeout":"1h0m0.000000001s"`)
	require.Contains(t, string(text), `"soak":"1m30s"`)
}

// What is not known must not be lost: the step would do less than it says.
func TestAPlanThatIsNotUnderstoodIsRefused(t *testing.T) {
	text, err := rollout.Encode(plan())
	require.NoError(t, err)
	for _, test := range []struct{ from, to, want string }{
		{`"kind":"edit"`, `"kind":"explode"`, `plan: unknown kind "explode"`},
		{`"kind":"podsGood"`, `"kind":"podsHappy"`, `plan: unknown kind "podsHappy"`},
		{`"partition":4`, `"partition":"4"`, "plan: edit: json: cannot unmarshal string into Go struct field Edit.partition of type int"},
		{`{`, `[`, "plan: invalid character"},
	} {
		changed := strings.Replace(string(text), test.from, test.to, 1)
		require.NotEqual(t, string(text), changed)
		_, err := rollout.Decode([]byte(changed))
		require.ErrorContains(t, err, test.want)
	}
	_, err = rollout.Encode(plan(step(func(s *rollout.Step) { s.Until = stranger{} })))
	require.ErrorContains(t, err, "no kind for a rollout_test.stranger")
}

// stranger is a condition that nobody has registered.
type stranger struct{ rollout.Observed }
