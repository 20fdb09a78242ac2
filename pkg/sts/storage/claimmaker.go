package storage

import (
	"bytes"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// claimMaker tells who made a claim, and whether that was a controller of
// Kubernetes itself. Nobody can change accessModes, so whoever owns that field
// made the claim; and the controller manager, of which the StatefulSet
// controller is a part, keeps the status of every claim that was ever bound. What it is called differs
// between distributions, so the two are compared with one another. The fields
// are only searched, not parsed: a cluster may have many claims.
func claimMaker(fields []metav1.ManagedFieldsEntry) (maker string, byController bool) {
	makers, keeper := []string(nil), ""
	for i := range fields {
		e := &fields[i]
		switch {
		case e.FieldsV1 == nil:
		case e.Subresource == "status":
			if bytes.Contains(e.FieldsV1.GetRawBytes(), []byte(`"f:phase"`)) {
				keeper = e.Manager
			}
		case e.Subresource == "" && bytes.Contains(e.FieldsV1.GetRawBytes(), []byte(`"f:accessModes"`)):
			makers = append(makers, e.Manager)
		}
	}
	for _, m := range makers {
		if m == keeper {
			return m, true
		}
		maker = m
	}
	return maker, false
}
