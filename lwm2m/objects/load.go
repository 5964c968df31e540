package objects

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lwcon/lwm2m"
)

// maxFiles is how many files Load reads below the paths it is given.
const maxFiles = 10_000

// FileError tells what in a definition file cannot be used.
type FileError struct {
	File         string
	Line, Column int // from 1; 0 if the whole file is meant
	Reason       string
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Reason)
}

// Load reads object definitions, OMA XML, from files and from all .xml files
// below folders, in the order of their names. It takes what can be understood:
// elements in any order, other spellings of their values, versions left out
// (that of the URN, else 1.0). XML files in folders that hold no object are passed
// over. The error joins a *FileError for each object, resource or file that cannot
// be used; what can be is returned all the same. The notes tell what can be used
// but may not be meant: what was passed over, except for the registry's own list,
// and objects that two files define otherwise, of which the later counts.
func Load(paths ...string) (loaded []*lwm2m.Object, notes []*FileError, err error) {
	var faults []error
	var origins origins
	files := 0
	for _, path := range paths {
		passed := 0
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			named := name == path // not found in a folder
			switch {
			case err != nil:
				faults = append(faults, &FileError{File: name, Reason: reason(err)})
				return nil
			case entry.IsDir() || !named && !strings.EqualFold(filepath.Ext(name), ".xml"):
				return nil
			case files == maxFiles:
				faults = append(faults, &FileError{File: name, Reason: fmt.Sprintf("expected at most %d files", maxFiles)})
				return fs.SkipAll
			}
			files++
			objects, err := loadFile(name, named)
			var foreign *foreignError
			if errors.As(err, &foreign) { // in a folder
				if passed++; passed <= maxPassed && foreign.root != registryList {
					notes = append(notes, &FileError{File: name, Line: 1, Column: 1, Reason: foreign.Error() + "; passed over"})
				}
				return nil
			}
			loaded = append(loaded, objects...)
			notes = append(notes, origins.note(name, objects)...)
			faults = append(faults, err)
			return nil
		})
		faults = append(faults, err)
		if passed > maxPassed {
			notes = append(notes, &FileError{File: path, Reason: fmt.Sprintf("%d more files hold no object; passed over", passed-maxPassed)})
		}
	}
	return loaded, notes, errors.Join(faults...)
}

// registryList is the root element of the registry's own list of its files.
const registryList = "DDFList"

// maxPassed is how many files of a folder are named that were passed over.
const maxPassed = 5

// origins remember which file defines an object in a version.
type origins []origin

type origin struct {
	object *lwm2m.Object
	file   string
}

// note takes in the objects of a file, and notes those that a file before defines
// otherwise.
func (o *origins) note(file string, objects []*lwm2m.Object) []*FileError {
	var notes []*FileError
	for _, object := range objects {
		at, known := slices.BinarySearchFunc(*o, object, func(a origin, b *lwm2m.Object) int { return compareObjects(a.object, b) })
		if !known {
			*o = slices.Insert(*o, at, origin{object, file})
			continue
		}
		before := (*o)[at]
		(*o)[at] = origin{object, file}
		if !sameDefinition(before.object, object) {
			notes = append(notes, &FileError{File: file, Reason: fmt.Sprintf(
				"object %d version %s: defined otherwise in %s; this one counts", object.ID, object.Version, before.file)})
		}
	}
	return notes
}

// sameDefinition says whether two objects are defined alike.
func sameDefinition(a, b *lwm2m.Object) bool {
	return a.Name == b.Name && a.Enabler == b.Enabler && a.Multiple == b.Multiple && a.Mandatory == b.Mandatory && slices.Equal(a.Resources, b.Resources)
}

// reason is what is wrong with a file, without its name.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// holdsObject says whether XML with another root holds an Object element all the
// same: it is hardly something else.
func holdsObject(content []byte) bool {
	return bytes.Contains(content, []byte("<Object>")) || bytes.Contains(content, []byte("<Object "))
}

// loadFile reads the objects of one file. Only one that was named must hold some:
// of another the error can be a *foreignError.
func loadFile(name string, named bool) ([]*lwm2m.Object, error) {
	content, err := readFile(name)
	if err != nil {
		return nil, &FileError{File: name, Reason: reason(err)}
	}
	definitions, err := parseXML(content)
	var faults []error
	var foreign *foreignError
	var syntax *xmlError
	switch {
	case errors.As(err, &foreign) && !named && !holdsObject(content):
		return nil, foreign
	case errors.As(err, &foreign):
		return nil, &FileError{File: name, Line: 1, Column: 1, Reason: foreign.Error()}
	case errors.As(err, &syntax):
		faults = append(faults, &FileError{File: name, Line: syntax.line, Column: syntax.column, Reason: syntax.reason})
	}
	var objects []*lwm2m.Object
	for i := range definitions {
		d := &definitions[i]
		if d.isCommon() {
			continue
		}
		o, wrong := d.object()
		for _, w := range wrong {
			faults = append(faults, &FileError{File: name, Line: w.line, Column: w.column, Reason: w.reason})
		}
		if o != nil {
			objects = append(objects, o)
		}
	}
	return objects, errors.Join(faults...)
}

// readFile reads a file that is not too large to be a definition.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errors.New("expected a file, found a folder")
	case !info.Mode().IsRegular():
		return nil, errors.New("expected a regular file")
	case info.Size() > maxFileSize:
		return nil, fmt.Errorf("expected a file of at most %d octets, found %d", maxFileSize, info.Size())
	}
	return os.ReadFile(name)
}

// isCommon says whether the definition is the registry's list of common resources
// rather than an object.
func (d *definition) isCommon() bool { return d.text("ObjectType") == "CommonResources" }

// object makes an object of what can be understood of a definition, nil without
// an id. It returns what cannot.
func (d *definition) object() (*lwm2m.Object, []*xmlError) {
	var wrong []*xmlError
	id, fault := d.id("ObjectID")
	if fault != nil {
		return nil, []*xmlError{fault}
	}
	o := &lwm2m.Object{ID: id, Version: d.impliedVersion(), Name: d.text("Name")}
	for name, version := range map[string]*lwm2m.Version{"ObjectVersion": &o.Version, "LWM2MVersion": &o.Enabler} {
		if text := d.text(name); text != "" {
			v, err := lwm2m.ParseVersion(text)
			if err != nil {
				wrong = append(wrong, d.fault(name, err.Error()))
				continue
			}
			*version = v
		}
	}
	o.Multiple, _ = multiplicity(d.text("MultipleInstances"))
	o.Mandatory, _ = obligation(d.text("Mandatory"))
	for i := range d.items {
		r, fault := d.items[i].resource()
		if fault != nil {
			wrong = append(wrong, fault)
			continue
		}
		at, known := slices.BinarySearchFunc(o.Resources, r.ID, func(r lwm2m.Resource, id uint16) int { return int(r.ID) - int(id) })
		if known {
			wrong = append(wrong, d.items[i].fault("ID", fmt.Sprintf("resource %d: defined before", r.ID)))
			continue
		}
		o.Resources = slices.Insert(o.Resources, at, r)
	}
	slices.SortStableFunc(wrong, func(a, b *xmlError) int { return a.line - b.line })
	return o, wrong
}

// impliedVersion is the version of a definition without ObjectVersion: that of its
// URN, else 1.0. Spec: Core 1.2 §7.1; LWM2M.xsd 1.0 has no ObjectVersion.
func (d *definition) impliedVersion() lwm2m.Version {
	if part := strings.Split(d.text("ObjectURN"), ":"); len(part) == 6 {
		if v, err := lwm2m.ParseVersion(part[5]); err == nil {
			return v
		}
	}
	return lwm2m.V1_0
}

// resource makes a resource of an Item.
func (e *element) resource() (lwm2m.Resource, *xmlError) {
	id, fault := e.id("ID")
	if fault != nil {
		return lwm2m.Resource{}, fault
	}
	r := lwm2m.Resource{ID: id, Name: e.text("Name"), Range: e.text("RangeEnumeration"), Units: e.text("Units")}
	var ok bool
	if r.Operations, ok = operations(e.text("Operations")); !ok {
		return r, e.fault("Operations", fmt.Sprintf("resource %d: expected R, W, RW, E or nothing, found %q", id, e.text("Operations")))
	}
	if r.Type, ok = dataType(e.text("Type")); !ok {
		return r, e.fault("Type", fmt.Sprintf("resource %d: expected a data type, found %q", id, e.text("Type")))
	}
	r.Multiple, _ = multiplicity(e.text("MultipleInstances"))
	r.Mandatory, _ = obligation(e.text("Mandatory"))
	return r, nil
}

// fault makes an error at a field of the element, or at the element without it.
func (e *element) fault(name, reason string) *xmlError {
	f, _ := e.get(name)
	return &xmlError{f.place, reason}
}

// id reads an id in decimal.
func (e *element) id(name string) (uint16, *xmlError) {
	f, ok := e.get(name)
	if !ok {
		return 0, e.fault(name, fmt.Sprintf("%s: expected %s, found none", e.name, name))
	}
	id, err := strconv.ParseUint(strings.TrimSpace(f.text), 10, 16)
	if err != nil || id > lwm2m.MaxID {
		return 0, e.fault(name, fmt.Sprintf("%s: expected an id 0..65534, found %q", name, strings.TrimSpace(f.text)))
	}
	return uint16(id), nil
}

// multiplicity reads Multiple or Single, and what has been seen in their place.
func multiplicity(text string) (multiple, ok bool) {
	switch strings.ToLower(text) {
	case "multiple", "true", "yes":
		return true, true
	case "single", "false", "no":
		return false, true
	}
	return false, false
}

// obligation reads Mandatory or Optional, and what has been seen in their place.
func obligation(text string) (mandatory, ok bool) {
	switch strings.ToLower(text) {
	case "mandatory", "true", "yes":
		return true, true
	case "optional", "false", "no":
		return false, true
	}
	return false, false
}

// operations reads R, W, RW, E or nothing, in any order, case and punctuation.
func operations(text string) (lwm2m.Operations, bool) {
	var o lwm2m.Operations
	switch strings.ToLower(text) {
	case "none", "n/a":
		return 0, true
	}
	for _, letter := range strings.ToUpper(text) {
		switch letter {
		case 'R':
			o |= lwm2m.Readable
		case 'W':
			o |= lwm2m.Writable
		case 'E':
			o |= lwm2m.Executable
		case ' ', ',', '/', '-', '\t', '\n', '\r':
		default:
			return 0, false
		}
	}
	return o, true
}

// dataType reads the name of a data type as LWM2M.xsd spells it, and other
// spellings of it.
func dataType(text string) (lwm2m.Type, bool) {
	switch strings.ToLower(Compact(text)) {
	case "", "none", "na":
		return lwm2m.None, true
	case "string", "str":
		return lwm2m.String, true
	case "integer", "int":
		return lwm2m.Integer, true
	case "unsignedinteger", "unsigned", "uint", "uinteger":
		return lwm2m.Unsigned, true
	case "float", "double", "decimal":
		return lwm2m.Float, true
	case "boolean", "bool":
		return lwm2m.Boolean, true
	case "opaque":
		return lwm2m.Opaque, true
	case "time":
		return lwm2m.Time, true
	case "objlnk", "objectlink", "objectlnk":
		return lwm2m.ObjectLink, true
	case "corelnk", "corelink":
		return lwm2m.CoreLink, true
	}
	return lwm2m.None, false
}
