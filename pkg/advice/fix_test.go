package advice_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// fixOf is what a rule would have done about the set.
func fixOf(t *testing.T, s *scene, rule string) (advice.Fix, []string) {
	t.Helper()
	for _, f := range s.look().Findings {
		if f.Rule == rule {
			var commands []string
			for _, c := range f.Fix.Commands {
				commands = append(commands, hint.Caller{}.Command(c))
			}
			return f.Fix, commands
		}
	}
	require.Fail(t, "it has found nothing")
	return advice.Fix{}, nil
}

func claimsGo(s *scene) {
	s.set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
		WhenDeleted: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
	}
}

// A set whose claims would go with it is recreated as any other: the verb sees to them.
func TestATemplateGetsTheSizeOfTheLargestClaim(t *testing.T) {
	s := good(true)
	for i, size := range []string{"2Gi", "5Gi", "3Gi"} {
		asks(i, size)(s)
	}
	for range 2 {
		_, commands := fixOf(t, s, "D3")
		require.Equal(t, []string{"kubectl sts resize web --size data=5Gi --template-only"}, commands)
		claimsGo(s)
	}
}

// What can be changed around the pods is, whatever happens to claims that go with a set.
func TestAnImmutableFieldIsChangedByARecreate(t *testing.T) {
	for _, change := range []func(*appsv1.StatefulSet){
		func(set *appsv1.StatefulSet) { set.Spec.ServiceName = "other" },
		func(set *appsv1.StatefulSet) { set.Spec.VolumeClaimTemplates = nil }, // the manifest adds one
		func(set *appsv1.StatefulSet) { // the manifest removes one
			more := *set.Spec.VolumeClaimTemplates[0].DeepCopy()
			more.Name = "logs"
			set.Spec.VolumeClaimTemplates = append(set.Spec.VolumeClaimTemplates, more)
		},
	} {
		s := good(false)
		before(change)(s)
		_, commands := fixOf(t, s, "R9")
		require.Equal(t, []string{"kubectl sts recreate -f"}, commands, "lint adds the file")
	}
}

// Pods of the old labels would be left behind, whatever else the manifest changes.
func TestASetIsNotDeletedForAnotherSelector(t *testing.T) {
	s := good(false)
	before(func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates = nil
		set.Spec.Template.Labels = map[string]string{"app": "db"}
		set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "db"}}
	})(s)
	fix, commands := fixOf(t, s, "R9")
	require.Contains(t, fix.Words, "put the selector back")
	require.Empty(t, commands)

	s = good(false)
	before(func(set *appsv1.StatefulSet) { // the pods have the label that the manifest selects by
		set.Spec.Template.Labels = s.set.Spec.Selector.DeepCopy().MatchLabels
		set.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"was": "less"}}
	})(s)
	_, commands = fixOf(t, s, "R9")
	require.Equal(t, []string{"kubectl sts recreate -f"}, commands, "lint adds the file")
}

// What serves or protects others is not changed or taken away.
func TestWhatIsOfOthersIsLeftToThem(t *testing.T) {
	others := func(isLive bool) *scene {
		s := good(isLive)
		s.service.Spec.Selector = map[string]string{"app": "db"}
		return s
	}
	fix, commands := fixOf(t, others(true), "I1")
	require.Empty(t, commands)
	require.Nil(t, fix.Patch, "a Deployment may be behind it")
	fix, _ = fixOf(t, others(false), "I1")
	require.NotNil(t, fix.Patch)

	s := good(true)
	second := budget("all", 1)
	s.budgets = append(s.budgets, second)
	_, commands = fixOf(t, s, "A3")
	require.Len(t, commands, 1)
	s.budgets[1].OwnerReferences, s.budgets[0].OwnerReferences = controlled, controlled
	_, commands = fixOf(t, s, "A3")
	require.Empty(t, commands)

	s = good(true)
	s.budgets[0].Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "db"}}
	_, commands = fixOf(t, s, "A1")
	require.Empty(t, commands, "there is one of that name")
}

var controlled = []metav1.OwnerReference{{Kind: "Redis", Name: "web", Controller: ptr.To(true)}}

// A size that nobody can work out in a lifetime is no reason to try.
func TestSizesThatTakeForEver(t *testing.T) {
	s := good(true)
	s.set.Annotations = map[string]string{
		"kubectl.kubernetes.io/last-applied-configuration": `{"spec":{"volumeClaimTemplates":[{"spec":{"resources":{"requests":` +
			`{"storage":"1e-30000000"}}}}]}}`,
	}
	require.Empty(t, says(s.look(), "R7"))
}

// A constraint that is there already is not added once more: what was made before it is
// placed anew.
func TestPodsThatAreToBeSpreadAreRestarted(t *testing.T) {
	crowds := func(change func(*corev1.PodSpec)) (advice.Fix, []string) {
		s := good(true)
		crowd(0, 1, 2)(s)
		change(&s.set.Spec.Template.Spec)
		return fixOf(t, s, "A6")
	}
	fix, commands := crowds(func(*corev1.PodSpec) {})
	require.NotNil(t, fix.Patch)
	require.Empty(t, commands)

	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	term := corev1.PodAffinityTerm{TopologyKey: corev1.LabelHostname, LabelSelector: selector}
	for name, change := range map[string]func(*corev1.PodSpec){
		"a constraint": func(p *corev1.PodSpec) {
			p.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{TopologyKey: corev1.LabelHostname, LabelSelector: selector}}
		},
		"anti-affinity": func(p *corev1.PodSpec) {
			p.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{term},
			}}
		},
		"anti-affinity, preferred": func(p *corev1.PodSpec) {
			p.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{PodAffinityTerm: term}},
			}}
		},
	} {
		fix, commands := crowds(change)
		require.Nil(t, fix.Patch, name)
		require.Equal(t, []string{"kubectl sts restart web --ordinals 1-2"}, commands, name)
	}
	fix, _ = crowds(func(p *corev1.PodSpec) {
		p.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			TopologyKey: corev1.LabelTopologyZone, LabelSelector: selector,
		}}
	})
	require.NotNil(t, fix.Patch, "it spreads them over zones")
}
