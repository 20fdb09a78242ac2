package resize

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Begin refuses a set whose claims are not to be touched now. Pods that are not Available
// are no reason: a disk that is full may be what is the matter with them. Nor is a hold,
// which is about templates.
func Begin(s sts.Snapshot) *plan.Refusal {
	if s.Set.DeletionTimestamp != nil {
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	}
	return cmp.Or(refuse.ClaimTemplates(s), operation.RefuseBeside(s))
}

// none refuses where there is no claim to resize.
func (b *builder) none() *plan.Refusal {
	no := &plan.Refusal{Why: fmt.Sprintf("statefulset %q has no claim yet", b.s.Name())}
	if b.s.Replicas() == 0 {
		no.Why = fmt.Sprintf("statefulset %q has zero replicas", b.s.Name())
		no.Try = []hint.Hint{hint.Words("name the ordinals whose claims are meant with --ordinals")}
	}
	return no
}

// percent is the size that a percentage comes to. A percentage of claims that are on
// their way to another size would grow them twice.
func (b *builder) percent(template string, all []plan.Resize, percent string) (string, *plan.Refusal) {
	asks, largest := make([]string, len(all)), all[0].Claim.Requested()
	growing := false
	for i := range all {
		asks[i] = all[i].Claim.Requested()
		if storage.CompareSizes(asks[i], largest) > 0 {
			largest = asks[i]
		}
		growing = growing || !b.done(all[i])
	}
	wanted, err := grown(asks, percent)
	if err == nil && !growing {
		return wanted, nil
	}
	why := fmt.Sprintf("the claims of template %s are on their way to %s", template, largest)
	if err != nil {
		why = fmt.Sprintf("the claims of template %s can't grow by a percentage: %s", template, err)
	}
	return "", &plan.Refusal{Why: why, Try: []hint.Hint{
		b.r.again(b.s, map[string]string{template: largest}).Saying("have all of them get " + largest),
	}}
}

// refuse refuses claims that can't get the size, each with its reason.
func (b *builder) refuse() *plan.Refusal {
	by := map[string][]string{}
	var reasons []string
	for i := range b.sizes {
		c := &b.sizes[i]
		why := b.why(*c)
		if why == "" {
			continue
		}
		if by[why] == nil {
			reasons = append(reasons, why)
		}
		by[why] = append(by[why], c.Claim.Name)
	}
	if len(reasons) == 0 {
		return nil
	}
	var said []string
	for _, why := range reasons {
		said = append(said, plan.ClaimNames(by[why])+": "+why)
	}
	return &plan.Refusal{Why: b.r.Nothing() + "; " + strings.Join(said, "; "), Try: b.smaller()}
}

// smaller is the way to volumes that are smaller than those that there are: new ones.
func (b *builder) smaller() []hint.Hint {
	for i := range b.sizes {
		c := &b.sizes[i]
		if template, of := b.templateOf(c.Claim.Name); of && c.Fate == plan.SizeLowers && storage.CompareSizes(c.Wanted, c.Claim.Size) < 0 {
			return []hint.Hint{
				hint.Plugin("for smaller volumes, first have new claims ask for less", "resize", b.s.Name(),
					"--size", template+"="+c.Wanted, "--template-only"),
				hint.Plugin("then give each ordinal new claims, one after another", "replace", b.s.Name(), "--all"),
			}
		}
	}
	return nil
}

// templateOf is the claim template that makes the claim.
func (b *builder) templateOf(claim string) (string, bool) {
	for _, template := range b.s.ClaimTemplates() {
		if _, ok := b.s.ClaimOrdinal(template, claim); ok {
			return template, true
		}
	}
	return "", false
}

// why says why a claim can't get its size, or "".
func (b *builder) why(c plan.Resize) string {
	claim := c.Claim
	class, found, known := b.r.class(claim.Class)
	resizes := b.sized(c) && c.Fate != plan.SizeStays && (c.Fate != plan.SizeWaits || claim.Stage() != storage.ResizeDone)
	switch {
	case c.Fate == plan.SizeIs:
		return ""
	case claim.Deleting:
		return "it is being deleted"
	case claim.Phase != corev1.ClaimBound:
		return fmt.Sprintf("it is %s, and only one that is Bound can be %s", claim.Phase, b.verb("resized", "changed"))
	case c.Fate == plan.SizeLowers && storage.CompareSizes(c.Wanted, claim.Size) <= 0:
		return fmt.Sprintf("it has %s, and no volume shrinks to %s", claim.Size, c.Wanted)
	case !resizes:
	case claim.Class == "":
		return "it has no StorageClass, so nothing resizes it"
	case known && !found:
		return fmt.Sprintf("its StorageClass %s is not found", claim.Class)
	case known && !class.Expandable:
		return fmt.Sprintf("its StorageClass %s does not allow it (allowVolumeExpansion)", claim.Class)
	}
	if why := b.whyAttributes(c); why != "" {
		return why
	}
	// That nobody is to delete it, or that an autoscaler wants its ordinal, is no reason.
	claim.Keep = false
	of := claims.Owner{Set: &b.s, Pod: b.s.PodName(c.Ordinal), Replaced: true}
	if _, why := b.r.index.Protects(claim, of); why != "" {
		return why
	}
	return ""
}

// inTree is what the names of provisioners begin with that are not CSI drivers: volumes of many
// are a driver's by now, under another name.
const inTree = "kubernetes.io/"

// whyAttributes says why a claim can't get its VolumeAttributesClass, or "".
func (b *builder) whyAttributes(c plan.Resize) string {
	if c.Attributes == "" || c.Attributes == c.Claim.Attributes {
		return ""
	}
	return b.r.whyAttributes(c.Attributes, c.Claim.Class)
}

// whyAttributes says why claims of a StorageClass can't have a VolumeAttributesClass, or "".
func (r Request) whyAttributes(name, of string) string {
	class, found, known := r.attributesClass(name)
	switch volumes, foundOf, _ := r.class(of); {
	case known && !found:
		return fmt.Sprintf("VolumeAttributesClass %s is not found", name)
	case known && foundOf && class.Driver != volumes.Driver && !strings.HasPrefix(volumes.Driver, inTree):
		return fmt.Sprintf("VolumeAttributesClass %s is for volumes of %s, and StorageClass %s is for those of %s",
			name, class.Driver, volumes.Name, volumes.Driver)
	}
	return ""
}

// RefuseTemplates refuses VolumeAttributesClasses that the claims of a template can't have,
// whether there are any or not.
func RefuseTemplates(r Request, s sts.Snapshot) error {
	if err := r.read(s.ClaimTemplates()); err != nil {
		return err
	}
	for _, template := range s.ClaimTemplates() {
		if r.attributes[template] == "" {
			continue
		}
		if why := r.whyAttributes(r.attributes[template], s.TemplateClass(template)); why != "" {
			return &plan.Refusal{Why: fmt.Sprintf("%s; claim template %s: %s", r.Nothing(), template, why)}
		}
	}
	return nil
}

// refuseQuota refuses more than a quota leaves. A quota counts what claims ask for, so all
// that they will ask for more counts together, before the first asks.
func (b *builder) refuseQuota() *plan.Refusal {
	for _, use := range b.uses() {
		if use.more.Cmp(use.left) > 0 {
			return &plan.Refusal{
				Why: fmt.Sprintf("%s; quota %s leaves %s of %s, and the claims would ask for %s more",
					b.r.Nothing(), use.quota, use.left.String(), use.resource, use.more.String()),
				Try: []hint.Hint{
					hint.Kube("see the quota", "describe", "resourcequota", use.quota),
					hint.Words("or ask for less, or for fewer --ordinals"),
				},
			}
		}
	}
	return nil
}

// use is how much of a quota's limit a plan takes.
type use struct {
	quota, resource string
	left, more      resource.Quantity
}

// uses are the limits of quotas that the plan takes more of, as far as they were counted.
func (b *builder) uses() []use {
	var out []use
	for _, q := range b.r.Quotas {
		for _, limit := range q.Limits {
			if more := b.more(limit); more.Sign() > 0 && limit.Used != "" {
				u := use{quota: q.Name, resource: limit.Resource, left: storage.Quantity(limit.Hard), more: more}
				u.left.Sub(storage.Quantity(limit.Used))
				out = append(out, u)
			}
		}
	}
	return slices.Clip(out)
}

// more is how much more the plan takes of a limit. A request that is lowered gives nothing
// back before its driver has seen it.
func (b *builder) more(limit storage.QuotaLimit) resource.Quantity {
	var more resource.Quantity
	for i := range b.sizes {
		c := &b.sizes[i]
		if c.Fate == plan.SizeGrows && (limit.Class == "" || limit.Class == c.Claim.Class) {
			more.Add(storage.Quantity(c.Wanted))
			more.Sub(storage.Quantity(c.Claim.Requested()))
		}
	}
	return more
}

// unknownQuotas say of which quotas nobody knows whether they leave enough.
func (b *builder) unknownQuotas() []string {
	const unknown = "whether quota %s leaves enough for all of it is not known before: %s"
	var out []string
	for _, q := range b.r.Quotas {
		if grows := b.more(storage.QuotaLimit{}); q.Scoped && (grows.Sign() > 0 || b.modifies()) {
			out = append(out, fmt.Sprintf(unknown, q.Name, "it counts the claims of some scopes alone"))
		}
		for _, limit := range q.Limits {
			if more := b.more(limit); more.Sign() > 0 && limit.Used == "" {
				out = append(out, fmt.Sprintf(unknown, q.Name, "nobody has counted its "+limit.Resource+" yet"))
			}
		}
	}
	return out
}
