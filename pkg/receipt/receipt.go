// Package receipt keeps what it takes to restore a claim that was deleted: a receipt
// for each, in files that kubectl reads as manifests. To users a receipt is a record
// of a claim (--record).
package receipt

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Receipt is what it takes to make a claim again that was deleted.
type Receipt struct {
	// Claim is what it was: name, labels, annotations, spec with the volume.
	Claim     *corev1.PersistentVolumeClaim
	ClaimUID  types.UID
	Volume    string
	VolumeUID types.UID
	// Before is the volume's reclaim policy as its owner wanted it, Policy
	// as it is at the moment.
	Before, Policy corev1.PersistentVolumeReclaimPolicy

	Cluster  string // the API server's address
	Set      string
	Template string
	Ordinal  int
	Time     time.Time
}

// Binding is the claim and its volume.
func (r Receipt) Binding() plan.Binding {
	return plan.Binding{Namespace: r.Claim.Namespace, Claim: r.Claim.Name, Volume: r.Volume, VolumeUID: r.VolumeUID}
}

// The record's own annotations on the claim's manifest. They are taken off
// before the claim is made.
const (
	prefix       = annotation.OfReceipt
	keyClaimUID  = prefix + "claim-uid"
	keyVolumeUID = prefix + "volume-uid"
	keyBefore    = prefix + "reclaim-policy"
	keyCluster   = prefix + "cluster"
	keySet       = prefix + "statefulset"
	keyTemplate  = prefix + "claim-template"
	keyOrdinal   = prefix + "ordinal"
	keyTime      = prefix + "deleted"
)

// Bare is a claim's manifest as somebody would write it: without what the
// server fills in, and without what the volume controller noted about its
// binding, or it would call the new claim lost.
func Bare(c *corev1.PersistentVolumeClaim) *corev1.PersistentVolumeClaim {
	annotations := maps.Clone(c.Annotations)
	maps.DeleteFunc(annotations, func(key, _ string) bool {
		return key == "pv.kubernetes.io/bind-completed" || key == "pv.kubernetes.io/bound-by-controller" || strings.HasPrefix(key, prefix)
	})
	if len(annotations) == 0 {
		annotations = nil
	}
	return &corev1.PersistentVolumeClaim{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.Namespace, Name: c.Name, Labels: c.Labels, Annotations: annotations,
		},
		Spec: c.Spec,
	}
}

// makes reports whether the other record makes the same claim.
func (r Receipt) makes(other Receipt) bool {
	other.Time = r.Time
	a, err := r.marshal()
	b, bad := other.marshal()
	return err == nil && bad == nil && bytes.Equal(a, b)
}

// ends is the line that ends a record: one without it was not written whole,
// and its claim was not deleted.
const ends = "...\n"

// marshal is the record as a manifest, for people and for kubectl.
func (r Receipt) marshal() ([]byte, error) {
	claim := Bare(r.Claim)
	if claim.Annotations == nil {
		claim.Annotations = map[string]string{}
	}
	maps.Copy(claim.Annotations, map[string]string{
		keyClaimUID: string(r.ClaimUID), keyVolumeUID: string(r.VolumeUID), keyBefore: string(r.Before), keyCluster: r.Cluster,
		keySet: r.Set, keyTemplate: r.Template, keyOrdinal: strconv.Itoa(r.Ordinal), keyTime: r.Time.UTC().Format(time.RFC3339),
	})
	body, err := yaml.Marshal(struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metadata                         `json:"metadata"`
		Spec            corev1.PersistentVolumeClaimSpec `json:"spec"`
	}{claim.TypeMeta, metadata{claim.Name, claim.Namespace, claim.Labels, claim.Annotations}, claim.Spec})
	if err != nil {
		return nil, err
	}
	return []byte("---\n" + string(body) + ends), nil
}

// metadata is what of it is written: no creationTimestamp: null.
type metadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

var errNoRecord = errors.New("not a record of kubectl sts prune-pvc")

// parse reads one record.
func parse(text string) (Receipt, error) {
	claim := &corev1.PersistentVolumeClaim{}
	data, err := podtemplate.FromYAML([]byte(text))
	if err == nil {
		err = json.Unmarshal(data, claim)
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", errNoRecord, err)
	}
	a := claim.Annotations
	r := Receipt{
		Claim: Bare(claim), ClaimUID: types.UID(a[keyClaimUID]), Volume: claim.Spec.VolumeName, VolumeUID: types.UID(a[keyVolumeUID]),
		Before: corev1.PersistentVolumeReclaimPolicy(a[keyBefore]), Cluster: a[keyCluster], Set: a[keySet], Template: a[keyTemplate],
	}
	if r.Ordinal, err = strconv.Atoi(a[keyOrdinal]); err != nil {
		return Receipt{}, errNoRecord
	}
	if r.Time, err = time.Parse(time.RFC3339, a[keyTime]); err != nil {
		return Receipt{}, errNoRecord
	}
	for _, name := range []string{claim.Name, claim.Namespace, r.Volume} { // each becomes part of a request's path
		if len(content.IsPathSegmentName(name)) > 0 || name == "" {
			return Receipt{}, errNoRecord
		}
	}
	if claim.Kind != "PersistentVolumeClaim" ||
		r.ClaimUID == "" || r.VolumeUID == "" || !storage.IsReclaimPolicy(string(r.Before)) {
		return Receipt{}, errNoRecord
	}
	return r, nil
}

// Parse reads the records of a file, in their order, one of each claim: one
// that changed while it was to be deleted is written down again, and the last
// record counts. What was not written to its end is left out. With an error come
// those records that are good.
func Parse(data []byte) (out []Receipt, err error) {
	at := map[types.UID]int{}
	for doc := range strings.SplitAfterSeq(string(data), "\n"+ends) {
		text, whole := strings.CutSuffix(doc, "\n"+ends)
		if !whole {
			break
		}
		// What is before the last start was not written to its end.
		if i := strings.LastIndex("\n"+text, "\n---\n"); i > 0 {
			text = text[i:]
		}
		r, bad := parse(text)
		if bad != nil {
			err = cmp.Or(err, bad)
			continue
		}
		if i, again := at[r.ClaimUID]; again {
			out[i] = r
			continue
		}
		at[r.ClaimUID] = len(out)
		out = append(out, r)
	}
	return out, err
}
