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
	Name   string
	Driver string // the provisioner, which for volumes of a CSI driver is that driver
	// Expandable is allowVolumeExpansion.
	Expandable bool
	// Binds says that a claim is bound before there is a pod that uses it (volumeBindingMode
	// Immediate, the default).
	Binds bool
}

// ObserveClass copies what matters.
func ObserveClass(c *storagev1.StorageClass) Class {
	return Class{
		Name: c.Name, Driver: c.Provisioner, Expandable: ptr.Deref(c.AllowVolumeExpansion, false),
		Binds: ptr.Deref(c.VolumeBindingMode, storagev1.VolumeBindingImmediate) == storagev1.VolumeBindingImmediate,
	}
}

// AttributesClass is what matters about a VolumeAttributesClass to whoever has claims ask for
// it.
type AttributesClass struct {
	Name   string
	Driver string // the CSI driver whose volumes can have it
}

// ObserveAttributesClass copies what matters.
func ObserveAttributesClass(c *storagev1.VolumeAttributesClass) AttributesClass {
	return AttributesClass{Name: c.Name, Driver: c.DriverName}
}

// Quota is how much storage a ResourceQuota allows claims to ask for.
type Quota struct {
	Name   string
	Limits []QuotaLimit
	// Scoped says that it limits what some claims ask for: those that its scopes select.
	Scoped bool
}

// QuotaLimit is one of a quota's limits.
type QuotaLimit struct {
	Resource string // as the quota names it
	Class    string // the one whose claims it counts, "" for all
	Hard     string
	Used     string // "" where nobody has counted yet
}

// ofClass is what a limit for the claims of one class ends with, after the class's name.
const ofClass = ".storageclass.storage.k8s.io/requests.storage"

// ObserveQuota copies the limits on storage. Which claims one with scopes counts only they
// tell: it has no limits here.
func ObserveQuota(q *corev1.ResourceQuota) Quota {
	out := Quota{Name: q.Name}
	scoped := len(q.Spec.Scopes) > 0 || q.Spec.ScopeSelector != nil
	for _, name := range slices.Sorted(maps.Keys(q.Spec.Hard)) {
		class, one := strings.CutSuffix(string(name), ofClass)
		if !one && name != corev1.ResourceRequestsStorage {
			continue
		}
		if !one {
			class = ""
		}
		if scoped {
			out.Scoped = true
			continue
		}
		hard := q.Spec.Hard[name]
		limit := QuotaLimit{Resource: string(name), Class: class, Hard: hard.String()}
		if used, counted := q.Status.Used[name]; counted {
			limit.Used = used.String()
		}
		out.Limits = append(out.Limits, limit)
	}
	return out
}
