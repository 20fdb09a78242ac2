package advice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
)

// IgnoreAnnotation on a set silences rules. Each line of it is the IDs of rules, with
// commas between them, and the reason: "D1,P5 a cache, it fills itself again".
const IgnoreAnnotation = annotation.Prefix + "ignore"

const ignoreField = "metadata.annotations[" + IgnoreAnnotation + "]"

func silenceRules() []Rule {
	return []Rule{{
		ID: "S1", Group: Silence, Severity: Warning, Title: "an annotation that silences nothing",
		Why: "The annotation " + IgnoreAnnotation + " has IDs of rules, with commas between them, and then a reason. A line without a " +
			"reason, or with an ID that no rule has, silences nothing: a slip must not hide a finding.",
		Live: true, Files: true, judge: unreadSilence,
	}}
}

// ignored are the rules that the set's annotation silences, each with its reason.
func (l *look) ignored() map[string]string {
	out := map[string]string{}
	for _, line := range ignoreLines(l.object().Annotations[IgnoreAnnotation]) {
		if line.wrong() != "" {
			continue
		}
		for _, id := range line.ids {
			out[id] = line.reason
		}
	}
	delete(out, "S1") // which is about this annotation
	return out
}

type ignoreLine struct {
	ids    []string
	reason string
}

// ignoreLines read the annotation. An ID has no space in it, and a comma goes on to the
// next one.
func ignoreLines(text string) []ignoreLine {
	var out []ignoreLine
	for raw := range strings.Lines(text) {
		words := strings.Fields(strings.ReplaceAll(raw, ",", ", "))
		if len(words) == 0 {
			continue
		}
		var line ignoreLine
		for i, word := range words {
			id, more := strings.CutSuffix(word, ",")
			line.ids = append(line.ids, strings.ToUpper(id))
			if !more {
				line.reason = strings.Join(words[i+1:], " ")
				break
			}
		}
		out = append(out, line)
	}
	return out
}

// wrong says why the line silences nothing, or "".
func (line ignoreLine) wrong() string {
	for _, id := range line.ids {
		if _, ok := RuleOf(id); !ok {
			return fmt.Sprintf("there is no rule %q", id)
		}
	}
	if line.reason == "" {
		return "it has no reason"
	}
	return ""
}

func unreadSilence(l *look) []Finding {
	text, ok := l.object().Annotations[IgnoreAnnotation]
	if !ok {
		return nil
	}
	why := ""
	lines := ignoreLines(text)
	for _, line := range lines {
		if w := line.wrong(); w != "" {
			why = w
		}
	}
	if len(lines) == 0 {
		why = "it is empty"
	}
	if why == "" {
		return nil
	}
	fix := Fix{Words: `write the IDs of rules and then a reason, such as "D1,P5 a cache, it fills itself again"`}
	if works := slices.ContainsFunc(lines, func(line ignoreLine) bool { return line.wrong() == "" }); l.Live && !works {
		fix.Commands = []hint.Hint{hint.Kube("or remove it", "annotate", "statefulset", l.name(), IgnoreAnnotation+"-")}
	}
	return []Finding{{
		Says:     fmt.Sprintf("a line of the annotation that silences rules silences nothing: %s", why),
		Evidence: []Evidence{l.value(ignoreField, text)},
		Fix:      fix,
	}}
}
