package reporttest

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Orphan is a verdict that lets a claim of web go.
func Orphan(ordinal int, changes ...func(*claims.Verdict)) claims.Verdict {
	name := fmt.Sprintf("data-web-%d", ordinal)
	v := claims.Verdict{
		Claim: sts.Claim{
			Namespace: "default", Name: name, UID: types.UID(name + "-uid"), Size: "10Gi", Class: "standard",
			Volume: fmt.Sprintf("pvc-3f1a3268-84b8-401a-b191-bb2b3807728%d", ordinal), Created: ststest.Start.Add(-50 * time.Hour),
			Reclaim: corev1.PersistentVolumeReclaimDelete,
		},
		Delete: true, Class: claims.OutOfRange, Reason: "not needed: web runs ordinals 0-1", Set: "web", Template: "data", Ordinal: ordinal,
	}
	for _, change := range changes {
		change(&v)
	}
	return v
}
