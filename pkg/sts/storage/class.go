package storage

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/utils/ptr"
)

// Class is what matters about a StorageClass to whoever resizes its claims.
type Class struct {
	Name string
	// Expandable is allowVolumeExpansion.
	Expandable bool
}

// ObserveClass copies what matters.
func ObserveClass(c *storagev1.StorageClass) Class {
	return Class{Name: c.Name, Expandable: ptr.Deref(c.AllowVolumeExpansion, false)}
}

// Quota is how much storage a ResourceQuota allows claims to ask for.
type Quota struct {
	Name   string
	Limits []QuotaLimit
}

// QuotaLimit is one of a quota's limits.
type QuotaLimit struct {
	Resource string // as the quota names it
	Class    string // the one whose claims it counts, "" for all
	Hard     string
	Used     string
}

// ofClass is what a limit for the claims of one class ends with, after the class's name.
const ofClass = ".storageclass.storage.k8s.io/requests.storage"

// ObserveQuota copies the limits on storage. One with scopes counts what only they tell:
// it has none here.
func ObserveQuota(q *corev1.ResourceQuota) Quota {
	out := Quota{Name: q.Name}
	if len(q.Spec.Scopes) > 0 || q.Spec.ScopeSelector != nil {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(q.Spec.Hard)) {
		class, one := strings.CutSuffix(string(name), ofClass)
		if !one && name != corev1.ResourceRequestsStorage {
			continue
		}
		if !one {
			class = ""
		}
		hard, used := q.Spec.Hard[name], q.Status.Used[name]
		out.Limits = append(out.Limits, QuotaLimit{Resource: string(name), Class: class, Hard: hard.String(), Used: used.String()})
	}
	return out
}
