package advice

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func volumeRules() []Rule {
	return []Rule{
		{
			ID: "D7", Group: Data, Severity: Error, Title: "a database without a persistent volume",
			Why: "A container of a known database mounts no volume that outlives the pod. Whatever deletes the pod (a rollout, a " +
				"drain) deletes its data: an error for a single pod, and a warning for more, which may copy it from one another. " +
				"It looks at the images postgres, mysql, mariadb and mongo, run by their own command.",
			Live: true, Files: true, judge: withoutVolume,
		},
		{
			ID: "D8", Group: Data, Severity: Warning, Title: "data in a folder of the node",
			Why: "A hostPath volume is a folder of whatever node the pod is on: on another node the pod finds another folder, " +
				"mostly an empty one. A local PersistentVolume has the scheduler bring the pod back to its data. Folders of the " +
				"system, such as /var/run, and read-only mounts are not meant.",
			Live: true, Files: true, judge: onNode,
		},
	}
}

// databases are images whose data is worth keeping, by the last word of their name.
func databases() []string {
	return []string{"postgres", "postgresql", "mysql", "mysql-server", "mariadb", "mongo", "mongodb"}
}

// withoutVolume is D7.
func withoutVolume(l *look) []Finding {
	for i := range l.spec().Containers {
		c := &l.spec().Containers[i]
		image := imageName(c.Image)
		if !slices.Contains(databases(), image) || len(c.Command) > 0 || slices.Contains(c.Args, "mongos") || l.keepsData(c) {
			continue
		}
		f := Finding{
			Severity: Warning,
			Says: fmt.Sprintf("a pod of %s that is deleted loses its data: container %s mounts no persistent "+
				"volume", l.name(), c.Name),
			Evidence: []Evidence{
				l.value(fmt.Sprintf("spec.template.spec.containers[%d].image", i), c.Image),
				l.value(fmt.Sprintf("spec.template.spec.containers[%d].volumeMounts", i), mountWords(c)),
			},
			Fix: Fix{Words: "add a volumeClaimTemplate, and mount it at the folder of the data"},
		}
		if l.replicas() == 1 {
			f.Severity = Error
		}
		return []Finding{f}
	}
	return nil
}

// keepsData reports whether a container mounts anything that may outlive its pod.
func (l *look) keepsData(c *corev1.Container) bool {
	for i := range c.VolumeMounts {
		name := c.VolumeMounts[i].Name
		at := slices.IndexFunc(l.spec().Volumes, func(v corev1.Volume) bool { return v.Name == name })
		if at < 0 { // of a claim template
			return true
		}
		v := &l.spec().Volumes[at]
		if v.EmptyDir == nil && v.ConfigMap == nil && v.Secret == nil && v.Projected == nil && v.DownwardAPI == nil && v.Ephemeral == nil {
			return true
		}
	}
	return len(c.VolumeDevices) > 0
}

func mountWords(c *corev1.Container) string {
	var paths []string
	for i := range c.VolumeMounts {
		paths = append(paths, c.VolumeMounts[i].MountPath)
	}
	if len(paths) == 0 {
		return "none"
	}
	return sts.Few(paths)
}

// systemFolders are those that pods mount for other reasons than to keep data there.
func systemFolders() []string {
	return []string{
		"/dev", "/proc", "/sys", "/run", "/var/run", "/etc", "/lib", "/usr", "/boot", "/var/log", "/tmp", "/var/lib/kubelet",
		"/var/lib/containerd", "/var/lib/docker",
	}
}

// onNode is D8.
func onNode(l *look) []Finding {
	if l.pinned() {
		return nil
	}
	var out []Finding
	for i := range l.spec().Volumes {
		v := &l.spec().Volumes[i]
		if v.HostPath == nil || !folder(v.HostPath) || !written(l.spec(), v.Name) {
			continue
		}
		out = append(out, Finding{
			Says: fmt.Sprintf("a pod of %s that comes to another node does not find its data: %s is a folder of the node",
				l.name(), v.HostPath.Path),
			Evidence: []Evidence{l.value(fmt.Sprintf("spec.template.spec.volumes[%d].hostPath.path", i), v.HostPath.Path)},
			Fix:      Fix{Words: "use a volumeClaimTemplate with a class for local volumes instead of " + v.Name},
		})
	}
	return out
}

// folder reports whether a hostPath is a folder that may hold data.
func folder(h *corev1.HostPathVolumeSource) bool {
	kind := corev1.HostPathUnset
	if h.Type != nil {
		kind = *h.Type
	}
	switch kind {
	case corev1.HostPathUnset, corev1.HostPathDirectory, corev1.HostPathDirectoryOrCreate:
	default:
		return false
	}
	return h.Path != "/" && !slices.ContainsFunc(systemFolders(), func(dir string) bool {
		return h.Path == dir || strings.HasPrefix(h.Path, dir+"/")
	})
}

// written reports whether a container that runs all the time may write to the volume.
func written(spec *corev1.PodSpec, volume string) bool {
	for _, c := range containers(spec) {
		for i := range c.VolumeMounts {
			if m := &c.VolumeMounts[i]; m.Name == volume && !m.ReadOnly {
				return true
			}
		}
	}
	return false
}

// pinned reports whether all pods are bound to one node, or to nodes that are named.
func (l *look) pinned() bool {
	if l.spec().NodeName != "" || l.spec().NodeSelector[corev1.LabelHostname] != "" {
		return true
	}
	a := l.spec().Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return false
	}
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		byName := func(r corev1.NodeSelectorRequirement) bool { return r.Key == corev1.LabelHostname }
		if slices.ContainsFunc(term.MatchExpressions, byName) || len(term.MatchFields) > 0 {
			return true
		}
	}
	return false
}
