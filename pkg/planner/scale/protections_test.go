package scale_test

import (
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// protections are what keeps a claim, or does not. Each is a case for a scale-down
// that is to delete the claim, and for a prune after that scale-down; but for those
// that can't be one for the other verb, for the reason that is given.
var protections = []struct {
	name string
	at   []func(*place)
	// keeps is the class of what keeps the claim, and why the words. Both are empty
	// where both verbs delete it.
	keeps claims.Class
	why   string
	// notScale and notPrune say why this is no case for the verb.
	notScale, notPrune string
}{
	{name: "nothing"},

	// What a person says.
	{
		name: "the annotation", at: with(its(kept)),
		keeps: claims.Annotated, why: "annotation kubectl-sts.github.io/keep",
	},

	// Who uses it.
	{name: "another pod", at: with(usedBy("backup")), keeps: claims.Mounted, why: "pod backup mounts it or waits for it"},
	{
		name:  "another pod, though the condition Unused says otherwise",
		at:    with(usedBy("backup"), its(func(c *storage.Claim) { c.UnusedSince = ststest.Start })),
		keeps: claims.Mounted, why: "pod backup mounts it or waits for it, though its condition Unused is True",
	},
	{
		name: "another pod of the set", at: with(usedBy("web-0")),
		keeps: claims.Mounted, why: "pod web-0 mounts it or waits for it",
	},
	{
		name: "its own pod and another", at: with(usedBy("web-3", "backup")),
		keeps: claims.Mounted, why: "pod backup mounts it or waits for it",
		notPrune: "a prune keeps what any pod uses, and names its own pod, which comes first",
	},
	{
		name: "another and its own pod, which is listed last", at: with(usedBy("backup", "web-3")),
		keeps: claims.Mounted, why: "pod backup mounts it or waits for it",
	},
	{
		name: "its own pod", at: with(usedBy("web-3")),
		notPrune: "the pod goes with a scale; a prune keeps what any pod uses",
	},
	{
		name: "its own pod, which is not gone yet", at: with(usedBy("web-3")),
		keeps: claims.Mounted, why: "pod web-3 mounts it or waits for it",
		notScale: "the pod goes with a scale, which deletes the claim when it is gone",
	},

	// Who owns it.
	{
		name: "a controller", at: with(its(owned("Cluster", "pg", "x", true))),
		keeps: claims.Owned, why: "it belongs to Cluster pg",
	},
	{
		name: "an owner that controls nothing", at: with(its(owned("Backup", "nightly", "x", false))),
		keeps: claims.Owned, why: "it belongs to Backup nightly",
	},
	{
		name: "a set that had the name before", at: with(its(owned("StatefulSet", "web", "before", false))),
		keeps: claims.Owned, why: "it belongs to StatefulSet web",
	},
	{
		name: "a pod that is not its own", at: with(its(owned("Pod", "web-2", "x", false))),
		keeps: claims.Owned, why: "it belongs to Pod web-2",
	},
	{
		name: "its set and something else",
		at: with(its(owned("StatefulSet", "web", "web-uid", false)),
			its(also(metav1.OwnerReference{Kind: "Backup", Name: "nightly", UID: "x"}))),
		keeps: claims.Owned, why: "it belongs to Backup nightly",
	},
	{name: "its set, with whenDeleted Delete", at: with(its(owned("StatefulSet", "web", "web-uid", false)))},
	{
		name: "its own pod, with whenScaled Delete", at: with(its(owned("Pod", "web-3", "x", false))),
		notPrune: "the owner goes with a scale; after it, the garbage collector deletes the claim",
	},
	{
		name: "its own pod, which is gone", at: with(its(owned("Pod", "web-3", "x", false))),
		keeps: claims.Owned, why: "it belongs to Pod web-3",
		notScale: "the owner goes with a scale, and the claim is to go with it",
	},

	// Whose it is by its name.
	{
		name: "another set whose template makes the same name", at: with(either, beside(other(0))),
		keeps: claims.Ambiguous, why: "it can be template data of set a-web or template data-a of set web",
	},
	{
		name: "another set that wants the claim", at: with(either, beside(other(9))),
		keeps: claims.Ambiguous, why: "it can be template data of set a-web or template data-a of set web",
	},
	{
		name: "the labels of another set, which has no such template any more",
		at: with(either, its(labelled(map[string]string{"app": "a-web"})), beside(other(1, func(set *appsv1.StatefulSet) {
			set.Spec.VolumeClaimTemplates[0].Name = "logs"
		}))),
		keeps: claims.Ambiguous,
		why:   "it can be template data of set a-web, whose labels it has, or template data-a of set web",
	},
	{
		name:  "the labels of a set that is gone, where the name can be read in another way",
		at:    with(either, its(labelled(map[string]string{"app": "a-web"}))),
		keeps: claims.Ambiguous, why: "its labels are not those of set web: it can also be template data of a set a-web",
	},
	{
		name: "no labels, where the name can be read in another way", at: with(either, its(labelled(nil))),
		keeps: claims.Ambiguous, why: "its labels are not those of set web: it can also be template data of a set a-web",
	},
	{
		name: "a set that selects by expressions and so gives no labels, where the name can be read in another way",
		at: with(either, func(p *place) {
			p.set.Spec.Selector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
				Key: "app", Operator: metav1.LabelSelectorOpIn, Values: []string{"web"},
			}}}
		}),
		keeps: claims.Ambiguous, why: "its labels are not those of set web: it can also be template data of a set a-web",
	},
	{name: "the set's own labels, where the name can be read in another way", at: with(either)},
	{
		name: "the same beside a set of the other name, which has no such template",
		at: with(either, beside(other(1, func(set *appsv1.StatefulSet) {
			set.Spec.VolumeClaimTemplates[0].Name = "logs"
		}))),
	},
	{name: "no labels, where the name can be read in one way only", at: with(its(labelled(nil)))},
	{
		name: "a set of another namespace whose template makes the same name",
		at:   with(either, beside(other(9, func(set *appsv1.StatefulSet) { set.Namespace = "elsewhere" }))),
	},

	// Who may want it again.
	{
		name: "an autoscaler that reaches the ordinal", at: with(scaledBy("default", "web", 4)),
		keeps: claims.Autoscaled, why: "autoscaler load may scale set web up to 4",
	},
	{name: "an autoscaler that ends below the ordinal", at: with(scaledBy("default", "web", 3))},
	{
		name:  "an autoscaler that reaches the ordinal, counted from the first one",
		at:    with(scaledBy("default", "web", 3), func(p *place) { ststest.From(1)(p.set); p.to = 2 }),
		keeps: claims.Autoscaled, why: "autoscaler load may scale set web up to 3",
	},
	{name: "an autoscaler of another set", at: with(scaledBy("default", "db", 9))},
	{name: "an autoscaler of another namespace", at: with(scaledBy("elsewhere", "web", 9))},
	{
		name: "an autoscaler of a set that is scaled to 0", at: with(scaledBy("default", "web", 4), func(p *place) { p.to = 0 }),
		keeps: claims.Autoscaled, why: "autoscaler load may scale set web up to 4",
	},

	// Several at once: the first reason is the same one.
	{
		name: "all of it", keeps: claims.Ambiguous, why: "it can be template data of set a-web or template data-a of set web",
		at: with(either, beside(other(9)), its(kept), usedBy("backup"), its(owned("Backup", "x", "x", true)),
			scaledBy("default", "web", 4)),
	},
	{
		name: "all but the name", keeps: claims.Annotated, why: "annotation kubectl-sts.github.io/keep",
		at: with(its(kept), usedBy("backup"), its(owned("Backup", "x", "x", true)), scaledBy("default", "web", 4)),
	},
	{
		name: "a pod, an owner and an autoscaler", keeps: claims.Mounted, why: "pod backup mounts it or waits for it",
		at: with(usedBy("backup"), its(owned("Backup", "x", "x", true)), scaledBy("default", "web", 4)),
	},
	{
		name: "an owner and an autoscaler", keeps: claims.Owned, why: "it belongs to Backup x",
		at: with(its(owned("Backup", "x", "x", true)), scaledBy("default", "web", 4)),
	},

	// What only a prune asks itself.
	{
		name: "a set that is scaled to 0", at: with(func(p *place) { p.to = 0 }),
		keeps: claims.ScaledToZero, why: "set web is scaled to 0 (see --scaled-to-zero)",
		notScale: "to 0 is what was asked for, and what happens to the claims was asked, too",
	},
	{
		name: "a set that is in the middle of a scale", at: with(func(p *place) { record("{}")(p.set) }),
		keeps: claims.Scaling, why: "a scale of set web is not over: finish it first",
		notScale: "it is that scale, and deletes claims at its end",
	},
	{
		name: "a set that is being deleted", at: with(func(p *place) { ststest.Deleted(p.set) }),
		keeps: claims.SetDeleting, why: "set web is being deleted",
		notScale: "it is refused as a whole",
	},
	{
		name: "a claim that is being deleted", at: with(its(leaving)),
		keeps: claims.Deleting, why: "it is being deleted already",
		notScale: "nothing is left to delete, but the scale waits for it",
	},
	{
		name: "a template that is gone", at: with(func(p *place) { p.set.Spec.VolumeClaimTemplates[0].Name = "logs" }, usedBy("backup")),
		keeps: claims.Mounted, why: "pod backup mounts it or waits for it",
		notScale: "only claims that a template makes are a scale's",
	},
}
