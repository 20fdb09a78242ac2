package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	template "text/template/parse"
)

func moveNames() []string {
	var names []string
	for _, m := range moves {
		names = append(names, m.name)
	}
	return names
}

func TestEveryMoveThatTheExpressionNamesIsInTheTable(t *testing.T) {
	named := regexp.MustCompile(`(?:then|else)\s+"([a-z-]+)"`).FindAllStringSubmatch(podMove, -1)
	if len(named) < 10 {
		t.Fatalf("found only %d names: does the pattern still fit pod-move.jq?", len(named))
	}
	for _, match := range named {
		if !slices.Contains(moveNames(), match[1]) {
			t.Errorf("pod-move.jq names %q, which moves does not have", match[1])
		}
	}
}

func TestEveryFateBeginsWithAMove(t *testing.T) {
	begin := regexp.MustCompile(`def begin: if IN\(([^)]*)\) then "run"`).FindStringSubmatch(podMove)
	if begin == nil {
		t.Fatal("pod-move.jq has no begin that looks as expected")
	}
	for _, fate := range fates {
		if !slices.Contains(moveNames(), fate) && !strings.Contains(begin[1], `"`+fate+`"`) {
			t.Errorf("a container with the tag %s would stay in ContainerCreating", fate)
		}
	}
}

func TestNoFateHidesALongerOne(t *testing.T) {
	for i, fate := range fates {
		for _, later := range fates[i+1:] {
			if strings.HasPrefix(later, fate) {
				t.Errorf("%s would never be seen: %s comes first", later, fate)
			}
		}
	}
}

func TestNoTwoMovesShareAName(t *testing.T) {
	names := moveNames()
	slices.Sort(names)
	if unique := slices.Compact(slices.Clone(names)); len(unique) != len(names) {
		t.Errorf("a name occurs twice in %q", names)
	}
}

func TestStagesAreComplete(t *testing.T) {
	content, err := json.Marshal(stages())
	if err != nil {
		t.Fatal(err)
	}
	for _, placeholder := range []string{"$FATES", "$order", "$ANNOTATIONS"} {
		if strings.Contains(string(content), placeholder) {
			t.Errorf("%s was left in the Stages", placeholder)
		}
	}
	if got, want := strings.Count(string(content), `"kind":"Stage"`), len(moves); got != want {
		t.Errorf("%d Stages for %d moves", got, want)
	}
}

// kwok complains about a template only when a pod gets that far.
func TestTheStatusTemplateParses(t *testing.T) {
	tree := template.New("pod-status.tpl")
	tree.Mode = template.SkipFuncCheck // the functions are kwok's
	for _, text := range []string{`{{ $move := "run" }}{{ $fates := "bad" }}{{ $prefix := "x/" }}` + podStatus, podEnd} {
		if _, err := tree.Parse(text, "", "", map[string]*template.Tree{}); err != nil {
			t.Error(err)
		}
	}
}

// kwok deletes by name, so what it deletes has to be checked just before.
func TestNoPodIsDeletedBeforeItsUIDIsChecked(t *testing.T) {
	for _, m := range moves {
		steps := m.steps("bad")
		for i, step := range steps {
			if step["delete"] == nil {
				continue
			}
			patch, ok := steps[max(i-1, 0)]["patch"].(object)
			template, _ := patch["template"].(string)
			if i == 0 || !ok || !strings.Contains(template, ".metadata.uid") {
				t.Errorf("%s deletes without a patch before that names the uid", m.name)
			}
		}
	}
}
