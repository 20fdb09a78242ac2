package main

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// manifest is what krew reads of a plugin.
type manifest struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Version          string     `json:"version"`
		Homepage         string     `json:"homepage"`
		ShortDescription string     `json:"shortDescription"`
		Description      string     `json:"description"`
		Caveats          string     `json:"caveats,omitempty"`
		Platforms        []platform `json:"platforms"`
	} `json:"spec"`
}

// platform is where one archive fits. Without files krew takes out all of it.
type platform struct {
	Selector *metav1.LabelSelector `json:"selector"`
	URI      string                `json:"uri"`
	SHA256   string                `json:"sha256"`
	Bin      string                `json:"bin"`
}

// supported are the platforms that the plugin is there for.
var supported = [][2]string{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

var (
	goodName    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	goodVersion = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)
	goodSum     = regexp.MustCompile(`^[a-f0-9]{64}$`)
	leftOver    = regexp.MustCompile(`VERSION|NUMBER|SHA256_\w+`)
	command     = regexp.MustCompile(`(?m)^\s*[-*$]|kubectl |--\w`)
)

const (
	shortest = 50 // what krew search shows of a shortDescription
	widest   = 80 // of a line of the description
)

// parse reads a manifest and holds it against the rules. The problems are in
// the order of the file.
func parse(text, name string) (manifest, []string) {
	var m manifest
	if err := yaml.UnmarshalStrict([]byte(text), &m); err != nil {
		return m, []string{err.Error()}
	}
	var problems []string
	must := func(holds bool, format string, args ...any) {
		if !holds {
			problems = append(problems, fmt.Sprintf(format, args...))
		}
	}
	must(!leftOver.MatchString(text), "%q was not filled in", leftOver.FindString(text))
	must(m.APIVersion == "krew.googlecontainertools.github.com/v1alpha2", "apiVersion: krew does not know %q", m.APIVersion)
	must(m.Kind == "Plugin", "kind: must be Plugin, not %q", m.Kind)
	must(m.Metadata.Name == name, "name: the file is called %s.yaml, the plugin %q", name, m.Metadata.Name)
	must(goodName.MatchString(m.Metadata.Name), "name: %q is not made of small letters and hyphens", m.Metadata.Name)
	must(goodVersion.MatchString(m.Spec.Version), "version: %q is no semantic version with a v", m.Spec.Version)
	must(strings.HasPrefix(m.Spec.Homepage, "https://"), "homepage: %q is no address", m.Spec.Homepage)
	short := m.Spec.ShortDescription
	must(short != "" && !strings.ContainsAny(short, "\r\n"), "shortDescription: must be one line")
	must(len(short) <= shortest, "shortDescription: has %d characters, more than %d", len(short), shortest)
	must(!strings.HasSuffix(short, "."), "shortDescription: is no sentence, so it has no full stop")
	must(m.Spec.Description != "", "description: is missing")
	for line := range strings.Lines(m.Spec.Description + m.Spec.Caveats) {
		line = strings.TrimRight(line, "\n")
		must(len(line) <= widest, "description: a line has more than %d characters: %s", widest, line)
	}
	found := command.FindString(m.Spec.Description)
	must(found == "", "description: the help lists commands, not this: %q", found)
	return m, append(problems, checkPlatforms(m)...)
}

// checkPlatforms checks each platform by itself, and that each that there is
// gets one archive: with overlapping selectors krew would take any.
func checkPlatforms(m manifest) []string {
	var problems []string
	matched := map[[2]string]int{}
	for i, p := range m.Spec.Platforms {
		at := fmt.Sprintf("platforms[%d]", i)
		if !goodSum.MatchString(p.SHA256) {
			problems = append(problems, at+": sha256: is not 64 small hexadecimal digits")
		}
		if u, err := url.Parse(p.URI); err != nil || u.Scheme != "https" || !strings.Contains(u.Path, "/"+m.Spec.Version+"/") {
			problems = append(problems, fmt.Sprintf("%s: uri: %q is no https address of %s", at, p.URI, m.Spec.Version))
		}
		fits := fitting(p.Selector)
		if len(fits) == 0 {
			problems = append(problems, at+": selector: fits none of the platforms")
		}
		for _, platform := range fits {
			matched[platform]++
			if strings.HasSuffix(p.Bin, ".exe") != (platform[0] == "windows") {
				problems = append(problems, fmt.Sprintf("%s: bin: %q is no program of %s", at, p.Bin, platform[0]))
			}
			if !strings.Contains(p.URI, "_"+platform[0]+"_"+platform[1]+".") {
				problems = append(problems, fmt.Sprintf("%s: uri: is not for %s/%s", at, platform[0], platform[1]))
			}
		}
	}
	for _, platform := range supported {
		if n := matched[platform]; n != 1 {
			problems = append(problems, fmt.Sprintf("platforms: %d fit %s/%s, not one", n, platform[0], platform[1]))
		}
	}
	return problems
}

// fitting are the platforms that a selector matches. krew knows two labels.
func fitting(s *metav1.LabelSelector) [][2]string {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil || s == nil || selector.Empty() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(supported), func(platform [2]string) bool {
		return !selector.Matches(labels.Set{"os": platform[0], "arch": platform[1]})
	})
}
