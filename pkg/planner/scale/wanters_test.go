package scale_test

import (
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// owned gives the claim an owner, which controls it or does not.
func owned(kind, name string, uid types.UID, controls bool) claimOption {
	return func(c *storage.Claim) {
		c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: uid, Controller: ptr.To(controls)}}
	}
}

// also is one more owner.
func also(owner metav1.OwnerReference) claimOption {
	return func(c *storage.Claim) { c.Owners = append(c.Owners, owner) }
}

// twoWays gives web a template whose claims template data of a set a-web makes as well.
func twoWays(set *appsv1.StatefulSet) { set.Spec.VolumeClaimTemplates[0].Name = "data-a" }

// eithers is the claim of ordinal 3 then.
func eithers(c *storage.Claim) { c.Name, c.UID = "data-a-web-3", "data-a-web-3" }

// other is set a-web with template data and so many replicas.
func other(replicas int32, changes ...setOption) *appsv1.StatefulSet {
	return set(append([]setOption{ststest.Replicas(replicas), func(set *appsv1.StatefulSet) {
		set.Name, set.UID = "a-web", "a-web-uid"
		set.Spec.Selector.MatchLabels = map[string]string{"app": "a-web"}
	}}, changes...)...)
}

// rivals is the world with that set.
func rivals(replicas int32) func(*scale.Request) {
	return func(r *scale.Request) {
		r.World.Sets = []sts.Snapshot{{Set: workload.FromApps(other(replicas))}, {Set: workload.FromApps(set(twoWays))}}
	}
}

// autoscaled is the world with autoscaler a of web.
func autoscaled(least, most int) func(*scale.Request) {
	return func(r *scale.Request) {
		r.World.Scalers = []claims.Scaler{{
			Namespace: "default", Set: "web", Autoscaler: claims.Autoscaler{Name: "a", Min: least, Max: most},
		}}
	}
}
