package rolling_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// wroteField says who has written a field of the set, and when.
func wroteField(manager string, at time.Time, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Manager: manager, Time: &metav1.Time{Time: at}, FieldsV1: metav1.NewFieldsV1(fields)}
}

const gateField = `{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`

func TestAGateThatSomebodyElseOpened(t *testing.T) {
	at := ststest.Start.Add(time.Minute)
	gateAt := func(n int) operation.Rollout {
		return verbtest.Record(func(r *operation.Rollout) { r.Gate = ptr.To(n) })
	}
	for _, test := range []struct {
		name      string
		record    operation.Rollout
		partition int32
		manager   string
		want      string
	}{
		{
			"all the way", gateAt(4), 0, "kustomize-controller", "the gate was opened by kustomize-controller at 2030-01-02T03:05:05Z, " +
				"from partition 4 to 0: 4 pods updated without a soak (web-3, web-2, web-1, web-0)",
		},
		{
			"by one pod", gateAt(4), 3, "kubectl-edit", "the gate was opened by kubectl-edit at 2030-01-02T03:05:05Z, " +
				"from partition 4 to 3: 1 pod updated without a soak (web-3)",
		},
		{
			"from closed on", gateAt(sts.MostReplicas), 3, "kubectl-edit", "the gate was opened by kubectl-edit at 2030-01-02T03:05:05Z, " +
				"from closed to partition 3: 2 pods updated without a soak (web-4, web-3)",
		},
		{"not at all", gateAt(4), 4, "kustomize-controller", ""},
		{"closed further", gateAt(4), 5, "kustomize-controller", ""},
		{"by an older version of the plugin, which measured", gateAt(4), 2, "kubectl-sts", ""},
		{"nobody knows from an older record", verbtest.Record(), 0, "kustomize-controller", ""},
		{"by the way back", verbtest.Record(verbtest.Aborting, func(r *operation.Rollout) { r.Gate = ptr.To(4) }), 0, "kubectl-edit", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := ststest.Snapshot(verbtest.CanarySet(test.record, test.partition), verbtest.Updated(int(test.partition), time.Hour))
			s.Set.ManagedFields = []metav1.ManagedFieldsEntry{wroteField(test.manager, at, gateField)}
			got := test.record.Failure(s)
			if test.want == "" {
				require.Nil(t, got)
				return
			}
			require.Equal(t, &note.Failure{At: at, Message: test.want, Reason: "GateOpened"}, got)
			_, err := plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), s, ststest.Start))
			require.Equal(t, fmt.Sprintf(`the canary of statefulset "web" failed at 2030-01-02T03:05:05Z: %s`, test.want),
				verbtest.Refusal(t, err).Why)
		})
	}
}

func TestEachMoveOfTheGateNotesIt(t *testing.T) {
	p := verbtest.Planned(
		t,
	)(
		plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22")).Canary(), verbtest.Settled(), ststest.Start)),
	)
	var gates []int
	for _, step := range p.Steps[:4] {
		gates = append(gates, *verbtest.Written(t, verbtest.Write(t, step)).Gate)
	}
	require.Equal(t, []int{5, 4, 2, 0}, gates)
}

func TestATemplateHasTheSameDigestInEveryBuild(t *testing.T) {
	digest := func(text string) string {
		t.Helper()
		d, err := podtemplate.Template(text).Digest()
		require.NoError(t, err)
		return d
	}
	one := digest(`{"metadata":{"creationTimestamp":null,"labels":{"a":"b"}},"spec":{"unknownToThisBuild":{"n":12345678901234567890}}}`)
	require.Equal(t, one, digest(`{"spec": {"unknownToThisBuild": {"n": 12345678901234567890}}, "metadata": {"labels": {"a": "b"}}}`))
	require.NotEqual(t, one, digest(`{"spec":{"unknownToThisBuild":{"n":12345678901234567891}},"metadata":{"labels":{"a":"b"}}}`))
}

// What a canary begins with is known by its digest, whether it brings the template
// or takes one up that waits.
func TestARecordKnowsTheTemplateByItsDigest(t *testing.T) {
	raw := ststest.Raw("nginx:1.22")
	want, err := raw.Digest()
	require.NoError(t, err)
	begun, err := plantest.Saved(canary.Plan(
		verbtest.Ask(verbtest.Image("nginx:1.22"), func(r *verbtest.Request) { r.Exact = true }).Canary(),
		verbtest.Settled(),
		ststest.Start,
	))
	require.NoError(t, err)
	require.Equal(t, want, verbtest.Written(t, verbtest.Write(t, begun.Steps[0])).Digest)

	s := ststest.Snapshot(verbtest.Waiting(5), verbtest.Updated(5, 0))
	s.Raw = raw
	takenUp, err := plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, want, verbtest.Written(t, verbtest.Write(t, takenUp.Steps[0])).Digest)
}

// A build with other API types makes another fingerprint of the same template.
func TestAnotherBuildGoesOnWithTheCanary(t *testing.T) {
	raw := ststest.Raw("nginx:1.22")
	digest, err := raw.Digest()
	require.NoError(t, err)
	const templateField = `{"f:spec":{"f:template":{"f:spec":{}}}}`
	ours := wroteField("kubectl-sts", ststest.Start, templateField)
	for _, test := range []struct {
		name   string
		digest string
		raw    podtemplate.Template
		fields []metav1.ManagedFieldsEntry
		goesOn bool
	}{
		{"by the digest", digest, raw, nil, true},
		{"not when the digest is another", digest, ststest.Raw("nginx:evil"), []metav1.ManagedFieldsEntry{ours}, false},
		{"an older record, when nobody else has written", "", raw, []metav1.ManagedFieldsEntry{
			wroteField("kubectl-client-side-apply", ststest.Start.Add(-time.Hour), templateField), ours,
		}, true},
		{"an older record, when somebody else has written since", "", raw, []metav1.ManagedFieldsEntry{
			ours, wroteField("kubectl-set", ststest.Start.Add(time.Minute), templateField),
		}, false},
		{"an older record, when somebody else has written in the same second", "", raw, []metav1.ManagedFieldsEntry{
			ours, wroteField("kubectl-set", ststest.Start.Truncate(time.Second), templateField),
		}, false},
		{"an older record, when nobody knows who wrote", "", raw, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := verbtest.Record(func(r *operation.Rollout) { r.Template, r.Digest = "of another build", test.digest })
			r.Started = ststest.Start.Add(900 * time.Millisecond)
			s := ststest.Snapshot(verbtest.CanarySet(r, 4), verbtest.Updated(4, time.Hour))
			s.Raw, s.Set.ManagedFields = test.raw, test.fields
			_, err := plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), s, ststest.Start))
			if test.goesOn {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "what would be rolled out is not what was tried")
		})
	}
}

func TestWhatIsNotReadIsNotSaidToBeChanged(t *testing.T) {
	r := verbtest.Record(func(r *operation.Rollout) { r.Template = "fingerprint" })
	s := ststest.Snapshot(verbtest.CanarySet(r, 4), verbtest.Updated(4, time.Hour))
	s.Set.Spec.Template.Spec.Containers = nil // as in a list
	require.Equal(t, "the next step", r.Helps(s, true)[0].Words)
}

func TestAnUndoAfterAnAbortSaysWhatItWasAndWhen(t *testing.T) {
	later := ststest.Start.Add(time.Hour)
	s := ststest.Snapshot(
		verbtest.CanarySet(verbtest.Record(func(r *operation.Rollout) { r.Left = ststest.Update }), 4),
		verbtest.Updated(4, 0),
	)
	p, err := plantest.Saved(abort.Plan(verbtest.Ask(func(r *verbtest.Request) { r.Now = later }).Abort(), s))
	require.NoError(t, err)
	note := verbtest.Write(t, p.Steps[len(p.Steps)-1]).Annotations[rolling.UndoneAnnotation]
	require.JSONEq(t, `{"from":"web-update","to":"web-stable","at":"2030-01-02T04:04:05Z","by":"abort"}`, *note)
}
