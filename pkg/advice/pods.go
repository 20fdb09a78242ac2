package advice

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func podRules() []Rule {
	return []Rule{
		{
			ID: "P1", Group: Pods, Severity: Error, Title: "pods that are deleted before they have stopped",
			Why: "With terminationGracePeriodSeconds 0 the API server takes a deleted pod away at once, without waiting for its " +
				"node. The controller makes the next one while the old one may still run: two processes with one identity and one " +
				"volume. The Kubernetes documentation calls it unsafe.",
			Live: true, Files: true, judge: ungraceful,
		},
		{
			ID: "P3", Group: Pods, Severity: Warning, Title: "an image that is not always the same",
			Why: "An image without a tag, or with the tag latest, is whatever the registry has when a node pulls it: pods of one " +
				"revision can differ, and undo goes back to the same words, not to the same image. In a cluster it is found where " +
				"it has happened: pods of one revision run different builds of one image, whatever its tag.",
			Live: true, Files: true, Needs: []world.Part{world.PartPods, world.PartNodes}, judge: floating,
		},
		{
			ID: "P5", Group: Pods, Severity: Info, Title: "each start changes the owner of every file",
			Why: "With fsGroup the kubelet changes the group of every file of a volume before a container starts, unless the " +
				"driver does without. With many files that takes minutes, at each restart. fsGroupChangePolicy: OnRootMismatch " +
				"looks at the root of the volume first.",
			Live: true, Files: true, judge: chowned,
		},
	}
}

// ungraceful is P1.
func ungraceful(l *look) []Finding {
	seconds := l.spec().TerminationGracePeriodSeconds
	if seconds == nil || *seconds != 0 {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("two pods of %s with the same name and volume can run at once: a deleted one is replaced before it has stopped",
			l.name()),
		Evidence: []Evidence{l.value("spec.template.spec.terminationGracePeriodSeconds", "0")},
		Fix: l.patch("give it time to stop; this restarts the pods", map[string]any{
			"template": map[string]any{"spec": map[string]any{"terminationGracePeriodSeconds": 30}},
		}),
	}}
}

// floating is P3.
func floating(l *look) []Finding {
	if l.Live {
		return l.skewed()
	}
	var out []Finding
	for _, c := range containers(l.spec()) {
		if floats(c.Image) {
			out = append(out, Finding{
				Says: fmt.Sprintf("pods of one revision of %s can run different versions: container %s has an image without a version",
					l.name(), c.Name),
				Evidence: []Evidence{l.value(c.field+".image", c.Image)},
				Fix:      Fix{Words: "name a version, or a digest"},
			})
		}
	}
	return out
}

// build is a container of a revision, on one architecture.
type build struct{ revision, container, image, arch string }

// skewed is P3 of a cluster. Where the nodes of two pods differ in their architecture,
// so do the builds of one image.
func (l *look) skewed() []Finding {
	seen := map[build]world.RunningImage{}
	pods := map[build]string{}
	var out []Finding
	for i := range l.set.Pods {
		own := &l.set.Pods[i]
		at := slices.IndexFunc(l.snapshot().Pods, func(p sts.Pod) bool { return p.Name == own.Name })
		if at < 0 {
			continue
		}
		pod := &l.snapshot().Pods[at]
		node, ok := l.Cluster.Nodes[pod.Node]
		if !ok || pod.Terminating {
			continue
		}
		for _, image := range own.Images {
			sum, ok := digest(image.ID)
			if !ok || slices.ContainsFunc(out, func(f Finding) bool {
				return f.Evidence[0].Field == "status.containerStatuses["+image.Container+"].imageID"
			}) {
				continue
			}
			key := build{pod.Revision, image.Container, image.Image, node.Arch()}
			first, known := seen[key]
			if !known {
				seen[key], pods[key] = image, own.Name
				continue
			}
			if other, _ := digest(first.ID); other != sum {
				out = append(out, l.skew(key, pods[key], first, own.Name, image))
			}
		}
	}
	return out
}

func (l *look) skew(key build, firstPod string, first world.RunningImage, secondPod string, second world.RunningImage) Finding {
	field := "status.containerStatuses[" + key.container + "].imageID"
	return Finding{
		Says: fmt.Sprintf("%s and %s run different builds of %s, though both are on one revision: its tag has been moved",
			firstPod, secondPod, key.image),
		Evidence: []Evidence{
			{Object: l.beside("Pod", firstPod), Field: field, Value: first.ID},
			{Object: l.beside("Pod", secondPod), Field: field, Value: second.ID},
		},
		Fix: Fix{
			Words: "name the image by its digest, or by a tag that is never moved",
			Commands: []hint.Hint{hint.Plugin("roll out one of the two", "canary", l.name(), "--image",
				key.container+"="+pinnedImage(second))},
		},
	}
}

// pinnedImage is the image by its digest.
func pinnedImage(of world.RunningImage) string {
	sum, _ := digest(of.ID)
	return repository(of.Image) + "@" + sum
}

// chowned is P5.
func chowned(l *look) []Finding {
	c := l.spec().SecurityContext
	if c == nil || c.FSGroup == nil || len(l.object().Spec.VolumeClaimTemplates) == 0 ||
		c.FSGroupChangePolicy != nil && *c.FSGroupChangePolicy == corev1.FSGroupChangeOnRootMismatch {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("the more files a volume of %s has, the longer its pods take to start: the group of each is set every time",
			l.name()),
		Evidence: []Evidence{
			l.value("spec.template.spec.securityContext.fsGroup", fmt.Sprint(*c.FSGroup)),
			l.value("spec.template.spec.securityContext.fsGroupChangePolicy", policyWord(c.FSGroupChangePolicy)),
		},
		Fix: l.patch("look at the root of the volume first; this restarts the pods", map[string]any{"template": map[string]any{
			"spec": map[string]any{"securityContext": map[string]any{"fsGroupChangePolicy": "OnRootMismatch"}},
		}}),
	}}
}

func policyWord(p *corev1.PodFSGroupChangePolicy) string {
	if p == nil {
		return "not set, which means Always"
	}
	return string(*p)
}

// imageName is the last word of an image's name: postgres of docker.io/library/postgres:16.
func imageName(image string) string {
	name, _, _ := strings.Cut(image, "@")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

// floats reports whether an image's tag may mean another image tomorrow: the tag latest,
// or none, and no digest.
func floats(image string) bool {
	if image == "" || strings.Contains(image, "@") {
		return false
	}
	name := image[strings.LastIndexByte(image, '/')+1:]
	_, tag, tagged := strings.Cut(name, ":")
	return !tagged || tag == "latest"
}

// digest is what an imageID has behind its @, which names what the registry has.
func digest(id string) (string, bool) {
	_, sum, ok := strings.Cut(id, "@")
	return sum, ok
}

// repository is an image's name without its tag and its digest.
func repository(image string) string {
	name, _, _ := strings.Cut(image, "@")
	if slash, colon := strings.LastIndexByte(name, '/'), strings.LastIndexByte(name, ':'); colon > slash {
		name = name[:colon]
	}
	return name
}
