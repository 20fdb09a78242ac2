package recreate_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// mount has a container of the pods mount this volume.
func mount(volume string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		c := &set.Spec.Template.Spec.Containers[0]
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: volume, MountPath: "/" + volume})
	}
}

func TestAClaimTemplateIsRemoved(t *testing.T) {
	s := settled()
	s = s.WithClaims(nil)
	s.Claims = append(s.Claims, ststest.Claim("data-web-0"), ststest.Claim("data-web-1"))
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, wanted(t, templates()), s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, []string{
		"claim template data is removed: its claims and their data stay, and a pod keeps the volume until it is replaced",
		"the set is deleted and created again around its 5 pods; none restarts for it",
		"claims data-web-0, data-web-1 are not deleted; once no pod has their volume, find them with: kubectl sts prune-pvc web",
		"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate web",
	}, p.Details)
}

// Without pods none lacks the volume.
func TestAClaimTemplateIsAddedToASetWithoutPods(t *testing.T) {
	more := templates(template("data", "1Gi"), template("wal", "1Gi"))
	n := recreate.New{ID: "run", Live: text(t, set(ststest.Replicas(0)))}
	var err error
	n.Manifest, err = recreate.Merge(n.Live, text(t, set(more)))
	require.NoError(t, err)
	n.Default = n.Manifest
	p, err := plantest.Saved(recreate.Plan(recreate.Request{}, n, ststest.Snapshot(set(ststest.Replicas(0))), ststest.Start))
	require.NoError(t, err)
	require.Equal(t, []string{
		"claim template wal is added: a pod gets its volume when it is created; a claim of its name that is there already is used as it is",
		"the set is deleted and created again; it has no pods",
		"it is saved in configmap kubectl-sts.web first; if the run is killed, resume with: kubectl sts recreate web",
	}, p.Details)
	require.Empty(t, n.AddedClasses(ststest.Snapshot(set(ststest.Replicas(0)))))
}

func TestAClaimTemplateThatIsMountedStays(t *testing.T) {
	device := func(set *appsv1.StatefulSet) {
		set.Spec.Template.Spec.InitContainers = []corev1.Container{
			{Name: "format", VolumeDevices: []corev1.VolumeDevice{{Name: "data", DevicePath: "/dev/x"}}},
		}
	}
	for container, change := range map[string]func(*appsv1.StatefulSet){"nginx": mount("data"), "format": device} {
		_, err := recreate.Merge(text(t, set(change)), text(t, set(templates())))
		var no *plan.Refusal
		require.ErrorAs(t, err, &no)
		require.Equal(t, "claim template data is removed, but container "+container+
			" of the pods mounts it: pods that are created later would lack it", no.Why)
		require.Equal(t, hinttest.List(
			"first roll out a manifest that has the claim template and does not mount it: kubectl sts canary -f FILENAME",
			"then give this one again: kubectl sts recreate -f FILENAME",
		), no.Try)
	}
	_, err := recreate.Merge(text(t, set(mount("data"))), text(t, set(templates(template("wal", "1Gi")))))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t, hinttest.List(
		"first give a manifest that has both: kubectl sts recreate -f FILENAME",
		"roll out what uses the new one, once it has the data: kubectl sts canary -f FILENAME",
		"then give one without the old one: kubectl sts recreate -f FILENAME",
	), no.Try)
	_, err = recreate.Merge(text(t, set(mount("data"), mount("other"))), text(t, set()))
	require.NoError(t, err, "it stays")
	_, err = recreate.Merge(text(t, set(mount("other"))), text(t, set(templates())))
	require.NoError(t, err)
}
