package scale_test

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type (
	setOption   = func(*appsv1.StatefulSet)
	claimOption = func(*storage.Claim)
)

// set is web with claims named data, with 4 replicas.
func set(changes ...setOption) *appsv1.StatefulSet {
	return ststest.Set(append([]setOption{ststest.Replicas(4), func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	}}, changes...)...)
}

// whenScaled sets the retention policy.
func whenScaled(policy plan.Retention) setOption {
	return func(set *appsv1.StatefulSet) {
		set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{WhenScaled: policy}
	}
}

// claim is the one of an ordinal: bound, and its data dies with it.
func claim(ordinal int, changes ...claimOption) storage.Claim {
	name := "data-" + ststest.Pod(ordinal).Name
	c := storage.Claim{
		Namespace: "default", Name: name, UID: types.UID(name), Volume: "pv-" + name, Size: "1Gi", Class: "standard",
		Reclaim: corev1.PersistentVolumeReclaimDelete,
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func kept(c *storage.Claim)    { c.Keep = true }
func leaving(c *storage.Claim) { c.Deleting = true }
func unbound(c *storage.Claim) { c.Volume = "" }

// snapshot is the set with all its pods well, and these claims.
func snapshot(set *appsv1.StatefulSet, claims ...storage.Claim) sts.Snapshot {
	from := int(ptr.Deref(set.Spec.Ordinals, appsv1.StatefulSetOrdinals{}).Start)
	return ststest.Snapshot(set, ststest.Pods(from, from+int(*set.Spec.Replicas))).WithClaims(claims)
}

// four are the claims of the set.
func four() []storage.Claim { return []storage.Claim{claim(0), claim(1), claim(2), claim(3)} }

func request(to int, changes ...func(*scale.Request)) scale.Request {
	r := scale.Request{
		To: to, Step: 1, Limits: plan.Limits{Patience: 30 * time.Second, StepTimeout: 10 * time.Minute},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func answered(a scale.Answer) func(*scale.Request) { return func(r *scale.Request) { r.Answer = a } }

func by(answers map[int]scale.Answer) func(*scale.Request) {
	return func(r *scale.Request) { r.By = answers }
}

func record(text string) setOption { return ststest.Annotated(note.ScaleAnnotation, text) }

// pending is a record of a scale from 4 to 2 that has still to delete the claim
// of ordinal 3 with this uid.
func pending(uid string) setOption {
	return record(`{"version":1,"from":4,"to":2,"claims":{"data-web-3":{"uid":"` + uid + `"}}}`)
}

// lines are a plan's steps, in the words that a dry run would have.
func lines(p *plan.Plan) []string {
	var out []string
	for i := range p.Steps {
		s := &p.Steps[i]
		line := s.Title
		for _, h := range s.Before {
			line += " | " + h.String()
		}
		if s.Change != nil {
			line += " | " + s.Change.String()
		}
		out = append(out, line+" | "+s.Until.String())
	}
	return out
}

const (
	well  = "the wanted pods are Available and all others gone"
	check = "check that the pods are well | " + well
	seen  = "the controller has seen the change"
)

func remove(pods, replicas string) string {
	return "remove " + pods + " | replicas " + replicas + " | " + well
}
