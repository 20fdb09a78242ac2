package evidence_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// volume is one that can be used where these terms select a node.
func volume(terms ...corev1.NodeSelectorTerm) *corev1.PersistentVolume {
	v := &corev1.PersistentVolume{}
	if len(terms) > 0 {
		v.Spec.NodeAffinity = &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: terms}}
	}
	return v
}

func needs(key string, operator corev1.NodeSelectorOperator, values ...string) corev1.NodeSelectorTerm {
	return corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{{Key: key, Operator: operator, Values: values}}}
}

func inZone(name, zone string) corev1.Node {
	return corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"zone": zone}}}
}

func cordoned(n corev1.Node) corev1.Node {
	n.Spec.Unschedulable = true
	return n
}

func TestPlacesWords(t *testing.T) {
	a1, a2, b1 := inZone("a1", "a"), inZone("a2", "a"), inZone("b1", "b")
	named := corev1.NodeSelectorTerm{MatchFields: []corev1.NodeSelectorRequirement{
		{Key: "metadata.name", Operator: corev1.NodeSelectorOpIn, Values: []string{"b1"}},
	}}
	tests := []struct {
		name   string
		volume *corev1.PersistentVolume
		nodes  []corev1.Node
		want   string // after "the volume of claim data-web-3 can only be used where "
	}{
		{"no node is there", volume(needs("zone", "In", "c")), []corev1.Node{a1, b1}, "zone=c: there is no such node"},
		{"one node is there", volume(needs("zone", "In", "b")), []corev1.Node{a1, b1}, "zone=b: there is 1 such node"},
		{"two nodes are there", volume(needs("zone", "In", "a")), []corev1.Node{a1, a2, b1}, "zone=a: there are 2 such nodes"},
		{
			"the only one is cordoned", volume(needs("zone", "In", "b")),
			[]corev1.Node{a1, cordoned(b1)},
			"zone=b: the only such node is cordoned",
		},
		{
			"all are cordoned", volume(needs("zone", "In", "a")),
			[]corev1.Node{cordoned(a1), cordoned(a2)},
			"zone=a: all 2 such nodes are cordoned",
		},
		{
			"some are cordoned", volume(needs("zone", "In", "a")),
			[]corev1.Node{cordoned(a1), a2},
			"zone=a: there are 2 such nodes, 1 of them cordoned",
		},
		{
			"one of several terms is enough", volume(needs("zone", "In", "c", "d"), needs("zone", "NotIn", "a")),
			[]corev1.Node{a1, b1},
			"zone In (c, d) or zone NotIn (a): there is 1 such node",
		},
		{"by the node's name", volume(named), []corev1.Node{a1, b1}, "metadata.name=b1: there is 1 such node"},
		{"a term without anything selects nothing", volume(corev1.NodeSelectorTerm{}), []corev1.Node{a1}, ": there is no such node"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			volumes := map[string]*corev1.PersistentVolume{"data-web-3": tt.volume, "log-web-3": volume(), "gone": nil}
			require.True(t, evidence.HasNodeAffinity(volumes))
			require.Equal(t, "the volume of claim data-web-3 can only be used where "+tt.want, evidence.NodeAffinity(volumes, tt.nodes))
		})
	}
	require.False(t, evidence.HasNodeAffinity(map[string]*corev1.PersistentVolume{"log-web-3": volume(), "gone": nil}))
}
