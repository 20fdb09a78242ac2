package advice

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func claimRules() []Rule {
	return []Rule{
		{
			ID: "D9", Group: Data, Severity: Warning, Title: "one claim for all pods",
			Why: "All pods of the set mount the same claim, by a volume of the template and not by a claim template. With " +
				"ReadWriteOnce they only run on one node, and with ReadWriteOncePod only one of them runs at all: an error.",
			Live: true, Needs: []world.Part{world.PartClaims}, judge: sharedClaim,
		},
		{
			ID: "D10", Group: Data, Severity: Warning, Title: "an expansion that does not end",
			Why: "A claim was to be made larger and is not: its driver says that it can't be done, or fails each time that it tries, or " +
				"the filesystem waits for the pod to be restarted. Until then the volume has its old size.",
			Live: true, Needs: []world.Part{world.PartClaims}, judge: stuckResize,
		},
		{
			ID: "D14", Group: Data, Severity: Error, Title: "two sets that take the same claims for theirs",
			Why: "A claim is named TEMPLATE-SET-ORDINAL, and two sets can come to the same name: template data-a of set web and " +
				"template data of set a-web. Then pods of both mount the same volume, and deleting the claims of one deletes the " +
				"other's data.",
			Live: true, Files: true, judge: sameClaims,
		},
	}
}

// sharedClaim is D9.
func sharedClaim(l *look) []Finding {
	if l.replicas() < 2 {
		return nil
	}
	var out []Finding
	for i := range l.spec().Volumes {
		source := l.spec().Volumes[i].PersistentVolumeClaim
		if source == nil || slices.ContainsFunc(l.object().Spec.VolumeClaimTemplates, func(t corev1.PersistentVolumeClaim) bool {
			return t.Name == l.spec().Volumes[i].Name // which takes its place
		}) {
			continue
		}
		c, ok := l.Claims[source.ClaimName]
		if !ok || len(c.Modes) != 1 {
			continue
		}
		f := Finding{
			Evidence: []Evidence{
				l.value(fmt.Sprintf("spec.template.spec.volumes[%d].persistentVolumeClaim.claimName", i), source.ClaimName),
				{Object: l.beside("PersistentVolumeClaim", c.Name), Field: "spec.accessModes", Value: string(c.Modes[0])},
			},
			Fix: Fix{Words: "give each pod a volume by a volumeClaimTemplate, or all of them one with the access mode ReadWriteMany"},
		}
		switch c.Modes[0] {
		case corev1.ReadWriteOncePod:
			f.Severity, f.Says = Error, fmt.Sprintf("only one pod of %s can run: all mount claim %s, which one pod may "+
				"use", l.name(), c.Name)
		case corev1.ReadWriteOnce:
			f.Says = fmt.Sprintf("the pods of %s only run on one node: all mount claim %s, which one node may use", l.name(), c.Name)
		default:
			continue
		}
		out = append(out, f)
	}
	return out
}

// stuckResize is D10.
func stuckResize(l *look) []Finding {
	const soon = 10 * time.Minute // that a filesystem may take to grow, and a driver to get over what failed
	var out []Finding
	for _, c := range l.claims() {
		e := Evidence{Object: l.beside("PersistentVolumeClaim", c.Name), Since: c.Resize.Since, Value: c.Resize.Says}
		pod := l.snapshot().PodOf(c.Name)
		long := !c.Resize.Since.IsZero() && l.Now.Sub(c.Resize.Since) >= soon
		switch {
		case c.Resize.Stage == storage.ResizeInfeasible:
			e.Field = "status.allocatedResourceStatuses.storage"
			out = append(out, Finding{
				Says: fmt.Sprintf("claim %s does not get its %s: its driver says that it can't be done, and it stays at "+
					"%s", c.Name, c.Asks, c.Capacity),
				Evidence: []Evidence{e},
				Fix: Fix{Words: "ask for a size that the driver can make, but more than " + c.Capacity + ": " +
					"the API server allows that for an expansion that has failed"},
			})
		case c.Resize.Stage == storage.ResizeFailing && long:
			e.Field = "status.conditions"
			out = append(out, Finding{
				Says: fmt.Sprintf("claim %s does not get its %s: its driver tries and fails, and it stays at %s",
					c.Name, c.Asks, c.Capacity),
				Evidence: []Evidence{e},
				Fix:      run(hint.Kube("see what the driver says", "describe", "pvc", c.Name)),
			})
		case c.Resize.Stage == storage.ResizeNode && long:
			e.Field = "status.conditions"
			out = append(out, Finding{
				Says:     fmt.Sprintf("claim %s does not get its %s before pod %s is restarted", c.Name, c.Asks, pod),
				Evidence: []Evidence{e},
				Fix:      run(hint.Kube("restart it, so that the node grows the filesystem", "delete", "pod", pod)),
			})
		}
	}
	return out
}

// sameClaims is D14.
func sameClaims(l *look) []Finding {
	var out []Finding
	own := l.object().Spec.VolumeClaimTemplates
	for i := range l.Sets {
		other := l.Sets[i].Object
		if other.Name == l.name() || other.Namespace != l.object().Namespace {
			continue
		}
		for j := range own {
			stem := own[j].Name + "-" + l.name()
			for k := range other.Spec.VolumeClaimTemplates {
				if other.Spec.VolumeClaimTemplates[k].Name+"-"+other.Name != stem {
					continue
				}
				out = append(out, Finding{
					Says: fmt.Sprintf("%s and %s use the same volumes: both take the claims %s-ORDINAL for "+
						"theirs", l.name(), other.Name, stem),
					Evidence: []Evidence{
						l.value(fmt.Sprintf("spec.volumeClaimTemplates[%d].metadata.name", j), own[j].Name),
						{
							Object: l.beside("StatefulSet", other.Name),
							Field:  fmt.Sprintf("spec.volumeClaimTemplates[%d].metadata.name", k),
							Value:  other.Spec.VolumeClaimTemplates[k].Name,
						},
					},
					Fix: Fix{Words: "give one of the two another name, or other names to its claim templates, before it has data"},
				})
			}
		}
	}
	return out
}
