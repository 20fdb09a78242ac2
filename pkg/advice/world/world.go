package world

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Part is a kind of objects around a set.
type Part string

// The parts, by the names that errors about permissions have.
const (
	PartPods     Part = "pods"
	PartClaims   Part = "persistentvolumeclaims"
	PartVolumes  Part = "persistentvolumes"
	PartClasses  Part = "storageclasses"
	PartNodes    Part = "nodes"
	PartBudgets  Part = "poddisruptionbudgets"
	PartServices Part = "services"
	PartScalers  Part = "horizontalpodautoscalers"
	PartSaved    Part = "configmaps"                 // in which sets are saved that are recreated
	PartLiveSets Part = "the cluster's statefulsets" // to compare files with
)

// World is what one look shows of a namespace, or of the files that belong together.
type World struct {
	Live bool // it is a cluster's; else it is that of files
	Now  time.Time
	// Patience is how long a pod must have been unready for that to count.
	Patience time.Duration

	Sets     []Set
	Budgets  []policyv1.PodDisruptionBudget
	Services []corev1.Service
	Scalers  []claims.Scaler
	Claims   map[string]Claim // by name
	// Unused are the verdicts about claims that can be deleted, by the set they are of.
	Unused map[string][]claims.Verdict
	// Others are the labels of pods of other workloads in the same files. What a cluster
	// has besides sets, nobody reads for this.
	Others []map[string]string
	// Before are the sets as the cluster has them, by name, where files are compared with
	// it.
	Before map[string]*appsv1.StatefulSet

	Cluster *Cluster
	// Unseen is why a part was not looked at. An empty reason is for what nobody expects
	// there: the rules are not asked, and nothing is said of that.
	Unseen map[Part]string
}

// Cluster is what is in no namespace.
type Cluster struct {
	Classes map[string]storagev1.StorageClass
	Nodes   map[string]Node
	// Volume finds a volume by its name. It is nil where none was read.
	Volume func(name string) (Volume, bool)
}

// Set is one StatefulSet.
type Set struct {
	Object *appsv1.StatefulSet
	// Snapshot is the set with its pods. A file's has none.
	Snapshot sts.Snapshot
	Pods     []Pod // of the snapshot's, as far as that does not tell
	// Applied reports that whoever applied the set last asked for a field that the server
	// has dropped: spec.updateStrategy.rollingUpdate.maxUnavailable.
	Applied bool
}

// Pod is what a [sts.Pod] does not tell.
type Pod struct {
	Name      string
	Subdomain string
	Images    []RunningImage
}

// RunningImage is the image of a container, and which build of it runs.
type RunningImage struct{ Container, Image, ID string }

// Claim is what matters about a claim.
type Claim struct {
	Name     string
	Class    string
	Volume   string
	Modes    []corev1.PersistentVolumeAccessMode
	Asks     string // for this size
	Capacity string
	Bound    bool
	Resize   Resize
}

// Resize is how an expansion of a claim stands.
type Resize struct {
	Stage storage.ResizeStage
	Says  string    // in the words of who said so, or of the API
	Since time.Time // zero where no condition says it
}

// Volume is what matters about a volume.
type Volume struct {
	Name    string
	Reclaim corev1.PersistentVolumeReclaimPolicy
	// Affinity is on which nodes it can be used, nil for all.
	Affinity *corev1.NodeSelector
}
