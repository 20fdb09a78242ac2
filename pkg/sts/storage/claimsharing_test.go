package storage_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func TestClaimsOfOneSetShareWhatTheyHaveInCommon(t *testing.T) {
	claim := func(changes ...func(*storage.Claim)) storage.Claim {
		c := storage.Claim{
			Namespace: "default", Name: "data-web-1", Labels: map[string]string{"app": "web"}, Size: "1Gi", Class: "fast",
			Phase: "Bound", MadeBy: "kube-controller-manager",
			Owners: []metav1.OwnerReference{{Kind: "StatefulSet", Name: "web", UID: "web-uid"}},
		}
		for _, change := range changes {
			change(&c)
		}
		return c
	}
	before := claim(func(c *storage.Claim) { c.Name = "data-web-0" })
	tests := []struct {
		name   string
		claim  storage.Claim
		labels bool // are shared
		owners bool
	}{
		{"a claim of the same set", claim(), true, true},
		{"of another set", claim(func(c *storage.Claim) {
			c.Namespace, c.Labels, c.Size, c.Class, c.Phase, c.MadeBy = "other", map[string]string{"app": "db"}, "2Gi", "", "Lost", "helm"
			c.Owners = []metav1.OwnerReference{{Kind: "StatefulSet", Name: "db", UID: "db-uid"}}
		}), false, false},
		{"one more label", claim(func(c *storage.Claim) { c.Labels = map[string]string{"app": "web", "tier": "db"} }), false, true},
		{"an owner of the same name that is the controller", claim(func(c *storage.Claim) {
			yes := true
			c.Owners = []metav1.OwnerReference{{Kind: "StatefulSet", Name: "web", UID: "web-uid", Controller: &yes}}
		}), true, false},
		{"no labels and no owner", claim(func(c *storage.Claim) { c.Labels, c.Owners = nil, nil }), false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.claim.Sharing(before)

			require.Equal(t, test.claim, got, "it stays the same claim")
			same := func(a, b any) bool { return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() }
			require.Equal(t, test.labels, same(got.Labels, before.Labels))
			require.Equal(t, test.owners, same(got.Owners, before.Owners))
		})
	}
}
