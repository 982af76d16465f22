"""The vocabulary of the stand-in: what is bought, what bodies and companies are called.

It owns words only. Every place, body, company and person in it is made up; the CPV codes and
their labels are the standard's own. How often a word is used is decided elsewhere.
"""

from typing import NamedTuple


class Subject(NamedTuple):
    """Something a public body buys."""

    category: str
    cpv: str
    label: str
    phrase: str


SUBJECTS = (
    Subject("works", "45233142", "Road-repair works", "Carriageway patching"),
    Subject("works", "45453100", "Refurbishment work", "Refurbishment of community rooms"),
    Subject("works", "45210000", "Building construction work", "New primary school block"),
    Subject("works", "45261900", "Roof repair and maintenance work", "Flat roof renewals"),
    Subject(
        "works",
        "45331000",
        "Heating, ventilation and air-conditioning installation work",
        "Boiler and ventilation replacement",
    ),
    Subject("works", "45112500", "Earthmoving work", "Flood bank strengthening"),
    Subject("goods", "48000000", "Software package and information systems", "Case file system"),
    Subject("goods", "30200000", "Computer equipment and supplies", "Laptops and docking units"),
    Subject("goods", "32420000", "Network equipment", "Wireless network renewal"),
    Subject("goods", "34144500", "Vehicles for refuse and sewage", "Refuse collection vehicles"),
    Subject("goods", "09310000", "Electricity", "Half-hourly metered electricity"),
    Subject("goods", "39100000", "Furniture", "Classroom furniture"),
    Subject("goods", "33140000", "Medical consumables", "Wound dressings and gloves"),
    Subject("goods", "33600000", "Pharmaceutical products", "Infusion medicines"),
    Subject("goods", "18100000", "Occupational clothing, special workwear and accessories", "Kit"),
    Subject("goods", "37535200", "Playground equipment", "Play area equipment"),
    Subject("goods", "34920000", "Road equipment", "Bollards, bins and benches"),
    Subject("services", "72260000", "Software-related services", "Hosted payroll platform"),
    Subject("services", "64200000", "Telecommunications services", "Voice and data lines"),
    Subject("services", "79710000", "Security services", "Guarding and key holding"),
    Subject("services", "90910000", "Cleaning services", "Office and window cleaning"),
    Subject("services", "90511000", "Refuse collection services", "Garden waste collection"),
    Subject("services", "77211500", "Tree-maintenance services", "Tree surveys and felling"),
    Subject("services", "50750000", "Lift-maintenance services", "Passenger lift servicing"),
    Subject("services", "85100000", "Health services", "Community eye care clinics"),
    Subject("services", "85310000", "Social work services", "Supported living"),
    Subject(
        "services",
        "85312400",
        "Welfare services not delivered through residential institutions",
        "Young carers' support",
    ),
    Subject("services", "80500000", "Training services", "Apprentice training"),
    Subject("services", "79411000", "General management consultancy services", "Change advice"),
    Subject("services", "71200000", "Architectural and related services", "Library design team"),
    Subject("services", "71300000", "Engineering services", "Bridge inspections"),
    Subject(
        "services", "73200000", "Research and development consultancy services", "Tidal modelling"
    ),
    Subject("services", "66510000", "Insurance services", "Fleet and property cover"),
    Subject("services", "79200000", "Accounting, auditing and fiscal services", "Internal audit"),
    Subject("services", "55520000", "Catering services", "School meals"),
    Subject(
        "services",
        "60130000",
        "Special-purpose road passenger-transport services",
        "Home to school transport",
    ),
    Subject("services", "79600000", "Recruitment services", "Temporary staffing"),
    Subject("services", "79530000", "Translation services", "Interpreting by telephone"),
)

TITLES = (
    "{phrase}",
    "{phrase} {year}",
    "{phrase} for {place}",
    "{place}: {phrase}",
    "Provision of {thing}",
    "{phrase} \u2013 {years} year agreement",
    "{phrase}, {place} ",  # a stray blank at the end is common
)

TEXTS = (
    "{body} is looking for {thing} across the {place} area.",
    "{body} intends to buy {thing}.\nThe agreement is expected to run for {years} years.",
    "The requirement covers {thing}, “fitted and supported”, at sites in {place}.",
    "{phrase} is needed at several sites • the first is in {place} • others will follow.",
)

PLACE_STARTS = (
    *("Brindle", "Corven", "Dunmar", "Ellerby", "Farrow", "Gantle", "Harrow", "Inskel"),
    *("Jarrow", "Kelder", "Lowther", "Marram", "Norvel", "Orrin", "Pender", "Quarrel"),
    *("Rusken", "Sallow", "Tarn", "Umber", "Vennel", "Wether", "Yarrel", "Zennor"),
)
PLACE_ENDS = ("mere", "holt", "stowe", "combe", "wick", "shaw", "garth", "minster", "dene", "ness")

BODIES = (
    ("{place} Borough Council", "local"),
    ("{place} City Council", "local"),
    ("{place}shire County Council", "local"),
    ("{place} & Vale Fire Authority", "local"),
    ("{place} Academies Trust", "school"),
    ("University of {place}", "school"),
    ("NHS {place} Integrated Care Board", "health"),
    ("{place} Hospitals NHS Foundation Trust", "health"),
    ("{place} Homes Limited", "housing"),
    ("{place} Water Services Limited", "utility"),
    ("{place} Harbour Commissioners", "utility"),
    ("Department for {place} Affairs", "central"),
    ("{place} Inspectorate", "central"),
)

COMPANY_STARTS = (
    *("Alderpoint", "Basalt", "Candlewick", "Drystone", "Eastgate", "Fellside", "Greycoat"),
    *("Hazelbrook", "Ironbark", "Juniper", "Kestrelway", "Lantern", "Millrace", "Northlight"),
    *("Oxbow", "Pinion", "Quillon", "Ridgeback", "Saltmarsh", "Tollgate", "Underhill"),
    *("Varden", "Whitethorn", "Yellowhammer", "O\u2019Brackan", "Müller & Thorne", "Llanfaen"),
)
COMPANY_TRADES = (
    *("Builders", "Care", "Cleaning", "Consulting", "Digital", "Electrical", "Engineering"),
    *("Facilities", "Foods", "Fleet", "Highways", "Landscapes", "Legal", "Medical", "Networks"),
    *("Office Supplies", "Roofing", "Security", "Software", "Surveys", "Training", "Transport"),
)
COMPANY_MIDDLES = ("", " Services", " Group", " Solutions", " North", " & Sons", " UK")
COMPANY_ENDS = (("Limited", 50), ("Ltd", 22), ("LTD", 6), ("LLP", 5), ("PLC", 4), ("CIC", 3))

GIVEN_NAMES = ("Ada", "Bryn", "Carys", "Dev", "Esme", "Farid", "Gwen", "Hamish", "Ines", "Jude")
FAMILY_NAMES = ("Abeltree", "Brockway", "Cindersby", "Dallimoor", "Fennick", "Garrowby", "Hexley")
STREETS = (
    "Foundry Lane",
    "Market Cross",
    "Station Approach",
    "Quayside",
    "Tannery Row",
    "The Mall",
)
