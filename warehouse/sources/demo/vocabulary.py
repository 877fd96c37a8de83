"""Words the demo company is made of: names, places, goods. All invented, or too common to point at anyone."""

from __future__ import annotations

# code, name, share of customers, language, phone prefix, VAT rate
COUNTRIES = (
    ("DE", "Germany", 0.31, "de", "49", 0.19),
    ("GB", "United Kingdom", 0.17, "en", "44", 0.20),
    ("FR", "France", 0.15, "fr", "33", 0.20),
    ("NL", "Netherlands", 0.14, "nl", "31", 0.21),
    ("ES", "Spain", 0.07, "es", "34", 0.21),
    ("IT", "Italy", 0.06, "it", "39", 0.22),
    ("AT", "Austria", 0.05, "de", "43", 0.20),
    ("BE", "Belgium", 0.05, "nl", "32", 0.21),
)
REGIONS = ("North", "South", "East", "West", "Central")
# city, country, region, weight within the country, latitude, longitude
CITIES = (
    ("Hamburg", "DE", "North", 7, 53.55, 9.99), ("Bremen", "DE", "North", 4, 53.08, 8.80),
    ("Hanover", "DE", "North", 4, 52.37, 9.73), ("Kiel", "DE", "North", 3, 54.32, 10.14),
    ("Munich", "DE", "South", 7, 48.14, 11.58), ("Stuttgart", "DE", "South", 5, 48.78, 9.18),
    ("Nuremberg", "DE", "South", 3, 49.45, 11.08), ("Berlin", "DE", "East", 9, 52.52, 13.40),
    ("Leipzig", "DE", "East", 3, 51.34, 12.37), ("Dresden", "DE", "East", 3, 51.05, 13.74),
    ("Cologne", "DE", "West", 6, 50.94, 6.96), ("Düsseldorf", "DE", "West", 4, 51.23, 6.78),
    ("Dortmund", "DE", "West", 3, 51.51, 7.47), ("Frankfurt", "DE", "Central", 5, 50.11, 8.68),
    ("Kassel", "DE", "Central", 2, 51.31, 9.49), ("Erfurt", "DE", "Central", 2, 50.98, 11.03),
    ("Manchester", "GB", "North", 5, 53.48, -2.24), ("Leeds", "GB", "North", 4, 53.80, -1.55),
    ("Edinburgh", "GB", "North", 3, 55.95, -3.19), ("Newcastle", "GB", "North", 2, 54.98, -1.61),
    ("London", "GB", "South", 12, 51.51, -0.13), ("Brighton", "GB", "South", 3, 50.82, -0.14),
    ("Norwich", "GB", "East", 3, 52.63, 1.30), ("Cambridge", "GB", "East", 3, 52.21, 0.12),
    ("Bristol", "GB", "West", 4, 51.45, -2.59), ("Cardiff", "GB", "West", 3, 51.48, -3.18),
    ("Birmingham", "GB", "Central", 5, 52.49, -1.89), ("Nottingham", "GB", "Central", 3, 52.95, -1.15),
    ("Lille", "FR", "North", 5, 50.63, 3.07), ("Rouen", "FR", "North", 3, 49.44, 1.10),
    ("Paris", "FR", "North", 10, 48.86, 2.35), ("Marseille", "FR", "South", 5, 43.30, 5.37),
    ("Toulouse", "FR", "South", 5, 43.60, 1.44), ("Nice", "FR", "South", 3, 43.70, 7.27),
    ("Strasbourg", "FR", "East", 4, 48.57, 7.75), ("Dijon", "FR", "East", 2, 47.32, 5.04),
    ("Nantes", "FR", "West", 4, 47.22, -1.55), ("Bordeaux", "FR", "West", 4, 44.84, -0.58),
    ("Lyon", "FR", "Central", 6, 45.76, 4.84), ("Orléans", "FR", "Central", 2, 47.90, 1.91),
    ("Groningen", "NL", "North", 4, 53.22, 6.57), ("Leeuwarden", "NL", "North", 2, 53.20, 5.80),
    ("Eindhoven", "NL", "South", 4, 51.44, 5.48), ("Maastricht", "NL", "South", 2, 50.85, 5.69),
    ("Enschede", "NL", "East", 3, 52.22, 6.89), ("Nijmegen", "NL", "East", 3, 51.84, 5.85),
    ("Amsterdam", "NL", "West", 9, 52.37, 4.90), ("Rotterdam", "NL", "West", 6, 51.92, 4.48),
    ("The Hague", "NL", "West", 4, 52.08, 4.30), ("Utrecht", "NL", "Central", 5, 52.09, 5.12),
    ("Bilbao", "ES", "North", 3, 43.26, -2.93), ("Seville", "ES", "South", 4, 37.39, -5.98),
    ("Barcelona", "ES", "East", 7, 41.39, 2.17), ("Valencia", "ES", "East", 4, 39.47, -0.38),
    ("Vigo", "ES", "West", 2, 42.24, -8.72), ("Madrid", "ES", "Central", 8, 40.42, -3.70),
    ("Milan", "IT", "North", 7, 45.46, 9.19), ("Turin", "IT", "North", 4, 45.07, 7.69),
    ("Naples", "IT", "South", 4, 40.85, 14.27), ("Bari", "IT", "East", 3, 41.12, 16.87),
    ("Genoa", "IT", "West", 3, 44.41, 8.93), ("Rome", "IT", "Central", 7, 41.90, 12.50),
    ("Linz", "AT", "North", 4, 48.31, 14.29), ("Graz", "AT", "South", 4, 47.07, 15.44),
    ("Vienna", "AT", "East", 9, 48.21, 16.37), ("Innsbruck", "AT", "West", 3, 47.27, 11.40),
    ("Salzburg", "AT", "Central", 3, 47.81, 13.06),
    ("Antwerp", "BE", "North", 6, 51.22, 4.40), ("Charleroi", "BE", "South", 3, 50.41, 4.44),
    ("Liège", "BE", "East", 3, 50.63, 5.57), ("Ghent", "BE", "West", 5, 51.05, 3.72),
    ("Brussels", "BE", "Central", 6, 50.85, 4.35),
)  # fmt: skip

SEGMENTS = ("Consumer", "Small Business", "Enterprise")
ACQUISITION = (
    "Paid Search", "Organic Search", "Paid Social", "Direct", "Email", "Referral", "Affiliates", "Display", "Store",
)  # fmt: skip
INCOME = ("under 25k", "25k-50k", "50k-75k", "75k-100k", "over 100k")
GENDERS = ("female", "male", "diverse")
EDUCATION = ("school", "vocational", "bachelor", "master", "doctorate")
MARITAL = ("single", "married", "divorced", "widowed")
JOBS = (
    "Teacher", "Nurse", "Engineer", "Software Developer", "Accountant", "Sales Assistant", "Electrician", "Student",
    "Retired", "Designer", "Driver", "Office Clerk", "Manager", "Chef", "Consultant", "Scientist",
)  # fmt: skip
WOMEN = (
    "Anna", "Laura", "Julia", "Emma", "Sofie", "Marie", "Lena", "Clara", "Elena", "Sara", "Nina", "Lucia", "Camille",
    "Charlotte", "Eva", "Hannah", "Ines", "Katrin", "Lotte", "Maya", "Olivia", "Paula", "Rosa", "Zoe",
)  # fmt: skip
MEN = (
    "Lukas", "Jan", "Paul", "Tom", "David", "Felix", "Hugo", "Leo", "Marco", "Noah", "Oscar", "Pieter", "Simon",
    "Thomas", "Daniel", "Erik", "Jonas", "Karl", "Louis", "Matteo", "Nils", "Oliver", "Sam", "Victor",
)  # fmt: skip
FAMILIES = (
    "Becker", "Smith", "Martin", "de Vries", "Garcia", "Rossi", "Gruber", "Peeters", "Schmidt", "Jones", "Bernard",
    "Jansen", "Lopez", "Bianchi", "Huber", "Maes", "Wagner", "Taylor", "Dubois", "Bakker", "Torres", "Ricci", "Bauer",
    "Claes", "Hoffmann", "Brown", "Moreau", "Visser", "Romero", "Greco", "Pichler", "Jacobs", "Koch", "Wilson", "Roux",
    "Smit", "Navarro", "Conti", "Steiner", "Willems",
)  # fmt: skip
STREETS = (
    "Lindenallee", "Rosenweg", "Hauptstraße", "Gartenstraße", "Bergstraße", "Church Road", "Mill Lane", "High Street",
    "Station Road", "Queen Street", "Rue de la Gare", "Rue des Lilas", "Avenue du Parc", "Place du Marché",
    "Kerkstraat", "Molenweg", "Dorpsstraat", "Prinsengracht", "Calle Mayor", "Calle del Sol", "Avenida del Mar",
    "Via Roma", "Via Garibaldi", "Corso Italia", "Mozartgasse", "Ringstraße", "Bahnhofstraße", "Marktplatz",
)  # fmt: skip
COMPANY_WORDS = (
    "Alder", "Beacon", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Iris", "Juniper", "Kite", "Linden",
    "Meridian", "Nova", "Orchard", "Pioneer", "Quarry", "River", "Summit", "Thistle", "Union", "Vista", "Willow",
    "Zenith",
)  # fmt: skip
COMPANY_TRADES = (
    ("Hotels", "Hospitality"), ("Catering", "Hospitality"), ("Offices", "Services"), ("Consulting", "Services"),
    ("Clinics", "Health"), ("Care", "Health"), ("Schools", "Education"), ("Studios", "Media"), ("Foods", "Retail"),
    ("Stores", "Retail"), ("Works", "Manufacturing"), ("Tools", "Manufacturing"), ("Logistics", "Transport"),
)  # fmt: skip
SALES_PEOPLE = ("Mara Lindqvist", "Tobias Frank", "Aisha Karim", "Jeroen Mulder", "Sophie Laurent", "Ben Carter")

# category: department, share of sales, median price EUR, refund odds, subcategories, brands (first brand sells most)
CATEGORIES = {
    "Clothing": ("Fashion", 0.21, 26.0, 0.130, ("T-Shirts", "Sweaters", "Jackets", "Trousers", "Dresses"),
                 ("Lunara", "Northpeak", "Fable & Thread", "Corvo", "Mira")),
    "Shoes": ("Fashion", 0.13, 46.0, 0.085, ("Sneakers", "Boots", "Sandals", "Running Shoes"),
              ("Strideon", "Velmora", "Pavo", "Terrano")),
    "Home": ("Living", 0.15, 27.0, 0.050, ("Bedding", "Lighting", "Decor", "Storage", "Furniture"),
             ("Haven", "Lindholm", "Casavia", "Oakline")),
    "Electronics": ("Tech", 0.12, 50.0, 0.065, ("Audio", "Smart Home", "Wearables", "Accessories"),
                    ("Voltix", "Auralis", "Kinetiq", "Lumo")),
    "Beauty": ("Fashion", 0.13, 15.0, 0.020, ("Skincare", "Make-up", "Hair Care", "Fragrance"),
               ("Solenne", "Pure Ritual", "Amare", "Botanica")),
    "Outdoor": ("Leisure", 0.10, 39.0, 0.050, ("Camping", "Hiking", "Cycling", "Fitness"),
                ("Ridgeway", "Campo", "Aventa", "Trailmark")),
    "Kids": ("Leisure", 0.08, 18.0, 0.035, ("Toys", "Games", "Baby", "School"),
             ("Pipkin", "Bumble", "Little Fox", "Tinker")),
    "Kitchen": ("Living", 0.08, 24.0, 0.030, ("Cookware", "Knives", "Coffee", "Tableware"),
                ("Panela", "Forge", "Morning Cup", "Terracotta")),
}  # fmt: skip
STYLES = ("Classic", "Urban", "Nordic", "Soft", "Pro", "Light", "Compact", "Original", "Premium", "Eco", "Daily", "Air")
COLOURS = ("black", "white", "navy", "grey", "green", "red", "beige", "blue")
SIZES = {"Clothing": ("XS", "S", "M", "L", "XL"), "Shoes": ("37", "38", "39", "40", "41", "42", "43", "44")}
MATERIALS = {
    "Clothing": ("cotton", "wool", "linen", "polyester", "silk"),
    "Shoes": ("leather", "suede", "mesh", "canvas"),
    "Home": ("oak", "cotton", "glass", "metal"),
    "Kitchen": ("steel", "cast iron", "ceramic", "glass"),
}
