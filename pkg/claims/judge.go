package claims

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Judge decides about claims. It remembers all of them, for a claim alone may
// not tell enough: see [Judge.Again].
type Judge struct {
	options  Options
	siblings siblings
}

// NewJudge makes a judge of these claims.
func NewJudge(all []storage.Claim, options Options) *Judge {
	return &Judge{options: options, siblings: gather(all, options.Makers)}
}

// All are the verdicts about claims, in their order. These may be some of those
// that the judge was made of. Claims of sets that were not asked for are left
// out.
func (j *Judge) All(all []storage.Claim, w World) []Verdict { return slices.Collect(j.Each(all, w)) }

// Each is All, one verdict at a time: there may be many, of which few are kept.
func (j *Judge) Each(all []storage.Claim, w World) iter.Seq[Verdict] {
	return func(yield func(Verdict) bool) {
		x := w.Index()
		for i := range all {
			v := j.judge(&all[i], x)
			if asked := len(j.options.Sets) == 0 || j.options.asked(v.Set) && v.Set != ""; asked && !yield(v) {
				return
			}
		}
	}
}

// Again judges claims anew, in a world that may have moved on. It needs to be
// whole only for their namespaces.
func (j *Judge) Again(old []Verdict, w World) []Verdict {
	x := w.Index()
	out := make([]Verdict, 0, len(old))
	for i := range old {
		out = append(out, j.judge(&old[i].Claim, x))
	}
	return out
}

// judge decides about one claim.
func (j *Judge) judge(c *storage.Claim, x Index) Verdict {
	v := Verdict{Claim: *c, Ordinal: -1}
	stem, ordinal, ok := stemOf(c.Name)
	if !ok {
		return v.keep(NoSet, "it is not named as a StatefulSet names its claims")
	}
	v.Ordinal = ordinal
	switch makers := x.byStem[Key{c.Namespace, stem}]; len(makers) {
	case 0:
		v = j.unmade(v, stem, x)
	case 1:
		v = v.of(makers[0])
		if s := makers[0].set; s.Ordinals().Has(ordinal) {
			v = v.keep(InRange, fmt.Sprintf("needed: %s runs %s", s.Name(), span(*s)))
		} else {
			v = v.remove(OutOfRange, fmt.Sprintf("not needed: %s runs %s", s.Name(), span(*s)))
		}
	default:
		v = v.of(makers[0]).keep(Ambiguous, between(makers[0], makers[1]))
	}
	if v.Delete {
		v = j.object(v, x)
	}
	return v
}

func (v Verdict) of(w claimTemplate) Verdict {
	v.Set, v.Template, v.Seen = w.set.Name(), w.template, Look(*w.set)
	return v
}

// span names the ordinals that a set runs.
func span(s sts.Snapshot) string {
	switch s.Replicas() {
	case 0:
		return "no pods"
	case 1:
		return fmt.Sprintf("ordinal %d", s.Ordinals().First())
	}
	return "ordinals " + s.Ordinals().String()
}

// object looks for anything that speaks against a deletion.
func (j *Judge) object(v Verdict, x Index) Verdict {
	c := v.Claim
	if c.Deleting {
		return v.reprieve(Deleting, "it is being deleted already")
	}
	// No pod goes along: the claims of pods that are there are not judged here.
	set := x.byName[Key{c.Namespace, v.Set}]
	if class, why := x.Protects(c, Owner{Set: set}); class != "" {
		return v.reprieve(class, why)
	}
	if set != nil {
		if class, why := j.asleep(*set); class != "" {
			return v.reprieve(class, why)
		}
	}
	return j.young(v.unlikeUnused())
}

// unlikeUnused says where the condition Unused contradicts the pods; see unlikeMounted.
func (v Verdict) unlikeUnused() Verdict {
	if v.Claim.InUse {
		v.Reason += "; no pod uses it, though its condition Unused is False"
	}
	return v
}

func (v Verdict) reprieve(class Class, reason string) Verdict {
	v.Delete = false
	return v.keep(class, reason)
}

// asleep says why a set that wants fewer claims now may want them again.
func (j *Judge) asleep(s sts.Snapshot) (Class, string) {
	pods := int(s.Set.Status.Replicas)
	switch {
	case s.Set.DeletionTimestamp != nil:
		return SetDeleting, fmt.Sprintf("set %s is being deleted", s.Name())
	case s.Set.Annotations[note.ScaleAnnotation] != "":
		return Scaling, fmt.Sprintf("a scale of set %s is not over: finish it first", s.Name())
	case !s.Observed():
		return Scaling, fmt.Sprintf("set %s has just been changed: its controller has not seen it yet", s.Name())
	case pods != s.Replicas():
		return Scaling, fmt.Sprintf("set %s is in the middle of a change: %s, wants %d", s.Name(), sts.Count(pods, "pod"), s.Replicas())
	case s.Replicas() == 0 && !j.options.ScaledToZero:
		return ScaledToZero, fmt.Sprintf("set %s is scaled to 0 (see --scaled-to-zero)", s.Name())
	}
	return "", ""
}

// young keeps what is not as old as was asked for. How long a claim has been
// idle only servers from 1.37 on tell; otherwise its creation counts.
func (j *Judge) young(v Verdict) Verdict {
	switch {
	case j.options.OlderThan == 0:
		return v
	case v.Claim.InUse: // the pod has just gone, or the condition is not kept any more
		return v.reprieve(TooYoung, "how long it has been idle is not known: its condition Unused is False, though no pod uses it")
	}
	since, words := v.Claim.UnusedSince, "idle for %s, less than --older-than"
	if since.IsZero() {
		since, words = v.Claim.Created, "created %s ago, less than --older-than; how long it has been idle is not known"
	}
	if age := j.options.Now.Sub(since); age < j.options.OlderThan {
		return v.reprieve(TooYoung, fmt.Sprintf(words, age.Round(time.Second)))
	}
	return v
}
