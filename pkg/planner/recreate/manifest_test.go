package recreate_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestResized(t *testing.T) {
	got, err := recreate.Resized(text(t, set(templates(template("data", "1Gi"), template("wal", "1Gi")))),
		map[string]recreate.Asks{"wal": {Size: "3Gi"}, "data": {Attributes: "gold"}})
	require.NoError(t, err)
	require.True(t, recreate.Resizes(got, map[string]recreate.Asks{"wal": {Size: "3Gi"}, "data": {Size: "1024Mi", Attributes: "gold"}}))
	require.False(t, recreate.Resizes(got, map[string]recreate.Asks{"wal": {Size: "3Gi", Attributes: "gold"}}))
	require.False(t, recreate.Resizes(got, map[string]recreate.Asks{"": {Size: "3Gi"}}))
	require.False(t, recreate.Resizes([]byte("{}"), nil))
}

func TestLeft(t *testing.T) {
	require.Equal(t, []string{"spec.replicas: 3 -> 4", "spec.serviceNameX: a"}, recreate.Left([]string{
		"spec.replicas: 3 -> 4", "spec.serviceName: a -> b", "spec.volumeClaimTemplates[data].spec: x", "spec.selector.matchLabels: y",
		"spec.podManagementPolicy: z", "spec.serviceNameX: a",
	}))
}

func TestWhatIsRolledOutAfterwardsIsSaid(t *testing.T) {
	n := wanted(t, templates(template("data", "2Gi")))
	n.File = "web.yaml"
	n.Left, n.Canary = []string{"spec.template.spec.containers[nginx].image: to nginx:2"}, true
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, settled(), ststest.Start))
	require.NoError(t, err)
	require.Contains(t, p.Details,
		"then canary rolls out other differences of the manifest: spec.template.spec.containers[nginx].image: to nginx:2")
	require.Contains(t, p.Details,
		"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate -f web.yaml --canary")
	require.Equal(t, []string{"-f", "web.yaml", "--canary"}, p.Resume.Args)
}

// A set that has all of it is as it is to be, whatever else goes on.
func TestNothingIsToBeDoneWhateverGoesOn(t *testing.T) {
	s := settled(ststest.Annotated(ststest.CanaryRecord, "{}"))
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t), s, ststest.Start))
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestWhatIsLeftIsNamedWithTheCommandThatAppliesIt(t *testing.T) {
	for want, left := range map[string][]string{
		"spec.replicas: 3 -> 4; apply them afterwards with: kubectl apply -f 'my web.yaml'": {"spec.replicas: 3 -> 4"},
		"spec.replicas: 3 -> 4, spec.template.spec.containers[app].image: a -> b; apply them afterwards with: " +
			"kubectl sts canary -f 'my web.yaml'": {"spec.replicas: 3 -> 4", "spec.template.spec.containers[app].image: a -> b"},
	} {
		n := wanted(t, service("other"))
		n.Left, n.File = left, "my web.yaml"
		p, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, settled(), ststest.Start))
		require.NoError(t, err)
		require.Contains(t, p.Details, "other differences of the manifest are not applied: "+want)
	}
}

func TestTheFieldsThatARecreateChanges(t *testing.T) {
	require.Empty(t, wanted(t).Fields())
	n := wanted(t, service("other"), templates(template("data", "2Gi")), func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates[0].Labels = map[string]string{"chart": "2"}
	})
	fields := n.Fields()
	require.Len(t, fields, 2)
	require.Equal(t, "serviceName", fields[0].Name)
	require.Equal(t, "other", fields[0].After)
	require.Equal(t, "volumeClaimTemplates", fields[1].Name, "once, whatever is changed of it")
}
