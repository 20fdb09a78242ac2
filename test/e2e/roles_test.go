package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"
)

// roles is where the Roles are that users bind: the tests read these very files.
var roles = filepath.Join("..", "..", "docs", "rbac")

// part is one Role or ClusterRole of a file.
type part struct {
	kind  string
	name  string
	rules []rbacv1.PolicyRule
	// optional are the rules that a verb gets along without: those whose comment
	// begins with that word.
	optional []bool
}

// permission is what one verb of one rule allows.
type permission struct {
	part, rule int
	verb       string
	resource   string // with its group: statefulsets.apps
	optional   bool
}

// String is how the plugin names it, and so do the scripts.
func (p permission) String() string { return p.verb + " " + p.resource }

// readRoles reads the parts of docs/rbac/NAME.yaml.
func readRoles(name string) ([]part, error) {
	text, err := os.ReadFile(filepath.Join(roles, name+".yaml"))
	if err != nil {
		return nil, err
	}
	var parts []part
	for doc := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var role rbacv1.ClusterRole // a Role has nothing more
		if err := yaml.UnmarshalStrict(doc, &role); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p := part{kind: role.Kind, name: role.Name, rules: role.Rules, optional: optionalRules(string(doc))}
		if p.kind != "Role" && p.kind != "ClusterRole" || len(p.rules) == 0 || len(p.optional) != len(p.rules) {
			return nil, fmt.Errorf("%s: %s %s: has %d rules, %d of them begin with \"- apiGroups\"",
				name, p.kind, p.name, len(p.rules), len(p.optional))
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// optionalRules tells of each rule whether its comment says that it is.
func optionalRules(doc string) []bool {
	var out []bool
	comment := ""
	for line := range strings.Lines(doc) {
		switch {
		case strings.HasPrefix(line, "#"):
			comment += line
			continue
		case strings.HasPrefix(line, "- apiGroups:"):
			out = append(out, strings.HasPrefix(comment, "# Optional: "))
		}
		comment = ""
	}
	return out
}

// permissions are all that the parts allow, one by one.
func permissions(parts []part) []permission {
	var out []permission
	for i, p := range parts {
		for j, rule := range p.rules {
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, verb := range rule.Verbs {
						out = append(out, permission{i, j, verb, strings.TrimSuffix(resource+"."+group, "."), p.optional[j]})
					}
				}
			}
		}
	}
	return out
}

// without are the parts less some permissions.
func without(parts []part, lacking []permission) []part {
	out := slices.Clone(parts)
	for i := range out {
		out[i].rules = slices.Clone(out[i].rules)
		for j := range out[i].rules {
			rule := &out[i].rules[j]
			rule.Verbs = slices.DeleteFunc(slices.Clone(rule.Verbs), func(verb string) bool {
				return slices.ContainsFunc(lacking, func(p permission) bool { return p.part == i && p.rule == j && p.verb == verb })
			})
		}
		out[i].rules = slices.DeleteFunc(out[i].rules, func(rule rbacv1.PolicyRule) bool { return len(rule.Verbs) == 0 })
	}
	return out
}
